#pragma once

#include "kubecred/ModuleAbi.h"
#include "kubecred/ModuleContext.h"
#include "kubecred/Settings.h"

#include <cstdint>
#include <memory>

namespace kubecred {

/// A part of the service, loaded from a shared library that the configuration names.
/// The host calls configure, start and stop once each, in that order, from one thread.
class Module {
public:
    virtual ~Module() = default;

    /// Reads and checks the module's own keys, which begin with its name and a dot. Starts nothing.
    virtual void configure(Settings& settings) = 0;

    /// Registers the module's routes. Whatever it throws stops the start of the host.
    virtual void start(const ModuleContext& context) = 0;

    /// Called once no request is in flight any more.
    virtual void stop() noexcept = 0;
};

/// What a module's library exports under the name of `moduleEntrySymbol`, with C linkage:
///
///     extern "C" const kubecred::ModuleEntry kubecred_module{
///         kubecred::moduleAbi, "issuance", kubecred::buildId, ...};
///
/// The order of the first three members never changes, so that any host can read them.
struct ModuleEntry {
    /// kubecred::moduleAbi, which the build makes of all headers under kubecred/. A module built
    /// against others is refused before its first C++ call.
    std::uint32_t abi;
    const char* name;    ///< the name under which the configuration asks for it
    const char* buildId; ///< kubecred::buildId of the build that it came from
    std::unique_ptr<Module> (*create)();
};

inline constexpr const char* moduleEntrySymbol = "kubecred_module";

} // namespace kubecred
