#pragma once

#include "HttpSection.h"
#include "KeySources.h"
#include "kubecred/Log.h"
#include "kubecred/Settings.h"
#include "peer/PeerSettings.h"
#include "storage/DatabaseSettings.h"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace kubecred::host {

/// Everything that the configuration says to the host. Each key, its unit, default and range are
/// documented in config/.
struct HostSettings {
    std::string serviceName;
    std::string workerId; ///< empty: to be found out
    std::vector<std::string> modules;
    std::string modulesDirectory;
    LogLevel logLevel = LogLevel::info;
    Endpoint endpoint;
    http::Limits limits;
    http::TrustedProxies trustedProxies;
    http::Cors cors;
    KeySettings keySources;
    std::vector<auth::ApiKey> keys;
    std::chrono::seconds shutdownGrace{0};
    std::chrono::seconds shutdownTimeout{0};
    storage::DatabaseSettings database;
    std::optional<peer::PeerSettings> crossCheck; ///< where verification asks, beside its database
};

/// Reads and checks the host's keys; faults are recorded in `settings`. Paths that are not
/// absolute start from the current folder; `modulesDirectory` is the default for that key.
HostSettings readHostSettings(Settings& settings, const std::string& modulesDirectory);

} // namespace kubecred::host
