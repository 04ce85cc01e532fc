#pragma once

#include "host/modules/ModuleLoader.h"

#include <functional>
#include <string>
#include <vector>

namespace kubecred::host {

/// The modules of a daemon, between their start and their stop.
class RunningModules {
public:
    /// `loaded` must outlive this object.
    explicit RunningModules(const std::vector<LoadedModule>& loaded) : loaded_(loaded) {}

    /// Starts them in their order; `lent` is what a module of this name gets from the host. Throws
    /// ModuleError; those before have been started then.
    void start(const std::function<ModuleContext(const std::string& name)>& lent);

    /// Stops those that were started, in the reverse order.
    void stop() noexcept;

    std::vector<std::string> names() const;

private:
    const std::vector<LoadedModule>& loaded_;
    std::vector<Module*> started_;
};

} // namespace kubecred::host
