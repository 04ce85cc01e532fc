#pragma once

#include "kubecred/Settings.h"

#include <functional>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>

namespace kubecred::host {

/// The configuration file cannot be used at all.
class ConfigurationError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

using SettingValues = std::map<std::string, SettingValue, std::less<>>;

/// The value of an environment variable; nothing where it is unset or empty.
using EnvironmentLookup = std::function<std::optional<std::string>(const std::string& name)>;

/// This process's environment.
std::optional<std::string> environmentVariable(const std::string& name);

/// The properties of the file, taken literally: `${…}` is not expanded. Throws ConfigurationError,
/// for a key that stands there twice as well.
SettingValues readPropertiesFile(const std::string& path);

/// Lays the sources over each other: `defines` before environment before `file`. The variables of
/// the database count only where the others choose PostgreSQL.
SettingValues layer(SettingValues file, const EnvironmentLookup& environment,
                    const std::map<std::string, std::string>& defines);

} // namespace kubecred::host
