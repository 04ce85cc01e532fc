#include "KnownModules.h"

#include "host/configuration/VerificationSection.h"
#include "kubecred/Text.h"

#include <algorithm>
#include <array>
#include <vector>

namespace kubecred::host {
namespace {

// No other module asks the peer: what it asks is answered from the database of the peer alone, so
// that no question can go round in a circle.
constexpr std::array modules{
    KnownModule{.name = "issuance"},
    KnownModule{.name = "verification", .readSection = readVerificationSection, .asksPeer = true},
};

} // namespace

std::span<const KnownModule> knownModules() noexcept { return modules; }

const KnownModule* findKnownModule(std::string_view name) noexcept {
    const auto* found = std::ranges::find(modules, name, &KnownModule::name);
    return found == modules.end() ? nullptr : found;
}

std::string knownModuleNames() {
    std::vector<std::string_view> names;
    names.reserve(modules.size());
    for (const KnownModule& module : modules)
        names.push_back(module.name);
    return join(names, ", ");
}

std::string loginSection(std::string_view module) {
    return "database." + std::string(module) + "Login.";
}

} // namespace kubecred::host
