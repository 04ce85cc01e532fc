#pragma once

#include "HostSettings.h"
#include "host/commands/CommandLine.h"
#include "host/modules/ModuleLoader.h"

#include <string>
#include <vector>

namespace kubecred::host {

/// A configuration that was found sound, with the modules that it names, loaded and configured.
struct Configuration {
    HostSettings settings;
    std::vector<LoadedModule> modules;
};

/// A configuration that is not; one line for each fault.
class ConfigurationFaults : public std::runtime_error {
public:
    explicit ConfigurationFaults(std::vector<std::string> lines);

    const std::vector<std::string>& lines() const noexcept { return lines_; }

private:
    std::vector<std::string> lines_;
};

/// Reads, layers and checks everything before anything starts. `binaryDirectory` is the folder of
/// this program, beside which its modules are looked for. Throws ConfigurationFaults.
Configuration readConfiguration(const CommandLine& commandLine, const std::string& binaryDirectory);

/// Reads where a daemon of this configuration listens, and nothing else: without a file, by the
/// environment and the defaults. Throws ConfigurationFaults.
Endpoint readEndpoint(const CommandLine& commandLine);

} // namespace kubecred::host
