#include "Configuration.h"

#include "ConfigurationSources.h"
#include "EnvironmentVariables.h"

#include <utility>

namespace kubecred::host {
namespace {

SettingValues readSources(const CommandLine& commandLine) {
    const auto& file = commandLine.configFile;
    try {
        return layer(file.empty() ? SettingValues() : readPropertiesFile(file), environmentVariable,
                     commandLine.defines);
    } catch (const ConfigurationError& error) {
        throw ConfigurationFaults({error.what()});
    }
}

// Everyone on the machine can read a command line.
void refuseSecretsOnCommandLine(const CommandLine& commandLine) {
    for (const EnvironmentVariable& variable : environmentVariables())
        if (variable.isSecret && commandLine.defines.contains(variable.key))
            throw ConfigurationFaults({variable.key + " (--define): must not stand on the command "
                                                      "line; use the environment"});
}

} // namespace

ConfigurationFaults::ConfigurationFaults(std::vector<std::string> lines)
    : std::runtime_error("the configuration has faults"), lines_(std::move(lines)) {}

Configuration readConfiguration(const CommandLine& commandLine,
                                const std::string& binaryDirectory) {
    refuseSecretsOnCommandLine(commandLine);
    if (commandLine.configFile.empty())
        throw ConfigurationFaults(
            {"no configuration: say which with --config=FILE, such as config/local.properties"});
    Settings settings(readSources(commandLine));
    Configuration configuration{
        readHostSettings(settings, binaryDirectory + "../lib/kube-credential"), {}};
    std::vector<std::string> faults;
    try {
        configuration.modules =
            loadModules(configuration.settings.modules, configuration.settings.modulesDirectory);
        for (const auto& loaded : configuration.modules)
            guardModule(loaded.name, "could not be configured",
                        [&] { loaded.module->configure(settings); });
        if (!configuration.modules.empty()) // a key may be that of a module that was not loaded
            faults = settings.unknownKeys();
    } catch (const ModuleError& error) {
        faults.emplace_back(error.what());
    }
    for (auto& line : settings.badValues())
        faults.push_back(std::move(line));
    if (!faults.empty())
        throw ConfigurationFaults(std::move(faults));
    return configuration;
}

Endpoint readEndpoint(const CommandLine& commandLine) {
    refuseSecretsOnCommandLine(commandLine);
    Settings settings(readSources(commandLine));
    Endpoint endpoint = readEndpoint(settings);
    if (auto faults = settings.badValues(); !faults.empty())
        throw ConfigurationFaults(std::move(faults));
    return endpoint;
}

} // namespace kubecred::host
