#include "ConfigurationSources.h"

#include "EnvironmentVariables.h"
#include "Properties.h"
#include "TextFile.h"

#include <Poco/Environment.h>

#include <algorithm>
#include <cctype>
#include <utility>
#include <vector>

namespace kubecred::host {
namespace {

std::string readText(const std::string& path) {
    auto text = readTextFile(path);
    if (!text)
        throw ConfigurationError("cannot read the configuration file " + path + ": it must be " +
                                 readableFile);
    return *std::move(text);
}

// A key may be shown; what else stands before a = by mistake may be a secret.
std::string shown(const std::string& key) {
    const bool isPlain =
        std::ranges::all_of(key, [](unsigned char c) { return std::isalnum(c) != 0 || c == '.'; });
    return isPlain ? key : "one key";
}

SettingValues collect(const std::vector<Property>& properties, const std::string& path) {
    SettingValues values;
    for (const auto& [key, value, line] : properties) {
        const std::string origin = path + " line " + std::to_string(line);
        const auto [there, isNew] = values.emplace(key, SettingValue{value, origin});
        if (!isNew)
            throw ConfigurationError("the configuration file " + path + " has " + shown(key) +
                                     " twice; the second time in line " + std::to_string(line));
    }
    return values;
}

} // namespace

std::optional<std::string> environmentVariable(const std::string& name) {
    std::string value = Poco::Environment::get(name, "");
    if (value.empty())
        return std::nullopt;
    return value;
}

SettingValues readPropertiesFile(const std::string& path) {
    try {
        return collect(parseProperties(readText(path)), path);
    } catch (const PropertiesFault& fault) {
        throw ConfigurationError("the configuration file " + path +
                                 " is no .properties file: " + fault.what());
    }
}

SettingValues layer(SettingValues file, const EnvironmentLookup& environment,
                    const std::map<std::string, std::string>& defines) {
    SettingValues values = std::move(file);
    for (const auto& [key, value] : defines)
        values[key] = {value, "--define"};
    const auto driver = values.find("database.driver");
    const bool isPostgres = driver != values.end() && driver->second.value == "postgresql";
    for (const EnvironmentVariable& variable : environmentVariables()) {
        if ((variable.isOfPostgres && !isPostgres) || defines.contains(variable.key))
            continue;
        if (const auto value = environment(variable.name))
            values[variable.key] = {*value, "environment variable " + variable.name};
    }
    return values;
}

} // namespace kubecred::host
