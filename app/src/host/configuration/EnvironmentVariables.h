#pragma once

#include <string>
#include <vector>

namespace kubecred::host {

/// An environment variable that gives a setting.
struct EnvironmentVariable {
    std::string name;
    std::string key;           ///< of the setting
    bool isOfPostgres = false; ///< whether it counts only where the database is PostgreSQL
    bool isSecret = false;     ///< whether the setting must not stand on a command line
};

/// Every environment variable that gives a setting, those of the modules that come with this
/// program included.
std::vector<EnvironmentVariable> environmentVariables();

} // namespace kubecred::host
