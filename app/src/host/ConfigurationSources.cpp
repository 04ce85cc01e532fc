#include "ConfigurationSources.h"

#include "TextFile.h"

#include <Poco/AutoPtr.h>
#include <Poco/Environment.h>
#include <Poco/Exception.h>
#include <Poco/Util/PropertyFileConfiguration.h>

#include <array>
#include <sstream>
#include <utility>

namespace kubecred::host {
namespace {

using Poco::Util::PropertyFileConfiguration;

struct Variable {
    const char* name;
    const char* key;
    bool isOfPostgres;
};

constexpr std::array<Variable, 17> variables{{
    {"PORT", "http.port", false},
    {"LOG_LEVEL", "log.level", false},
    {"WORKER_ID", "worker.id", false},
    {"HEALTH_TOKEN", "health.token", false},
    {"API_KEYS", "auth.keys", false},
    {"CROSS_CHECK_KEY", "crossCheck.key", false},
    {"RDS_CLUSTER_HOST", "database.host", true},
    {"DB_PORT", "database.port", true},
    {"DB_NAME", "database.name", true},
    {"RDS_CLUSTER_USERNAME", "database.user", true},
    {"RDS_CLUSTER_PASSWORD", "database.password", true},
    {"DB_SSLMODE", "database.sslMode", true},
    {"DB_SSLROOTCERT", "database.sslRootCert", true},
    {"ISSUANCE_DB_USERNAME", "database.issuanceLogin.user", true},
    {"ISSUANCE_DB_PASSWORD", "database.issuanceLogin.password", true},
    {"VERIFICATION_DB_USERNAME", "database.verificationLogin.user", true},
    {"VERIFICATION_DB_PASSWORD", "database.verificationLogin.password", true},
}};

// Not left to Poco, which reads on for ever where the path is that of a folder.
std::string readText(const std::string& path) {
    auto text = readTextFile(path);
    if (!text)
        throw ConfigurationError("cannot read the configuration file " + path + ": it must be " +
                                 readableFile);
    return *std::move(text);
}

void collect(const PropertyFileConfiguration& file, const std::string& prefix,
             const std::string& origin, SettingValues& values) {
    PropertyFileConfiguration::Keys keys;
    file.keys(prefix, keys);
    for (const auto& key : keys) {
        if (key.empty())
            throw ConfigurationError("the configuration file " + origin +
                                     " has a line whose key is missing or ends in a dot");
        std::string full = prefix;
        full.append(prefix.empty() ? "" : ".").append(key);
        if (file.hasProperty(full))
            values[full] = {file.getRawString(full), origin};
        collect(file, full, origin, values);
    }
}

} // namespace

std::optional<std::string> environmentVariable(const std::string& name) {
    std::string value = Poco::Environment::get(name, "");
    if (value.empty())
        return std::nullopt;
    return value;
}

SettingValues readPropertiesFile(const std::string& path) {
    std::istringstream text(readText(path));
    try {
        const Poco::AutoPtr<PropertyFileConfiguration> file(new PropertyFileConfiguration(text));
        SettingValues values;
        collect(*file, "", path, values);
        return values;
    } catch (const Poco::Exception& exception) {
        throw ConfigurationError("the configuration file " + path +
                                 " is no .properties file: " + exception.message());
    }
}

SettingValues layer(SettingValues file, const EnvironmentLookup& environment,
                    const std::map<std::string, std::string>& defines) {
    SettingValues values = std::move(file);
    for (const auto& [key, value] : defines)
        values[key] = {value, "--define"};
    const auto driver = values.find("database.driver");
    const bool isPostgres = driver != values.end() && driver->second.value == "postgresql";
    for (const Variable& variable : variables) {
        if ((variable.isOfPostgres && !isPostgres) || defines.contains(variable.key))
            continue;
        if (const auto value = environment(variable.name))
            values[variable.key] = {*value, "environment variable " + std::string(variable.name)};
    }
    return values;
}

} // namespace kubecred::host
