#pragma once

#include <Poco/Util/OptionException.h>
#include <Poco/Util/OptionSet.h>

#include <map>
#include <string>

namespace kubecred::host {

/// What the command line asks for.
struct CommandLine {
    enum class Command {
        run,
        migrate,
        migrateStatus,
        healthcheck,
        checkConfig,
        createKey,
        version,
        help,
    };

    Command command = Command::run;
    std::string configFile;
    std::string keyName;
    std::string keyScopes;
    std::map<std::string, std::string> defines;

    /// The options that there are.
    static void define(Poco::Util::OptionSet& options);

    /// Takes one option as the option processor found it. Throws Poco::Util::OptionException.
    void take(const std::string& name, const std::string& value);
};

/// What is wrong with a command line, in words that show nothing of it: a secret may stand there by
/// mistake.
std::string messageOf(const Poco::Util::OptionException& exception);

} // namespace kubecred::host
