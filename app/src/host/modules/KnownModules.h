#pragma once

#include <span>
#include <string>
#include <string_view>

namespace kubecred {
class Settings;
}

namespace kubecred::host {

struct HostSettings;

/// What the host knows of a module that comes with this program. Others can be loaded too; the host
/// does nothing special for those.
struct KnownModule {
    std::string_view name;

    /// Reads those keys of the module's section that the host follows, where the module is loaded;
    /// faults are recorded in `settings`. Null where there are none.
    void (*readSection)(Settings& settings, HostSettings& host) = nullptr;

    /// Whether it looks credentials up at a peer as well, where the settings name one.
    bool asksPeer = false;
};

/// Every module that comes with this program; each has its folder in modules/.
std::span<const KnownModule> knownModules() noexcept;

/// Nothing where the module does not come with this program.
const KnownModule* findKnownModule(std::string_view name) noexcept;

/// The names, as in "issuance, verification".
std::string knownModuleNames();

/// What the keys begin with that name the module's login user of the database.
std::string loginSection(std::string_view module);

} // namespace kubecred::host
