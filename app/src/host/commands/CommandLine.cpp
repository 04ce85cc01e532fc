#include "CommandLine.h"

#include "auth/ApiKey.h"
#include "host/process/ExitStatus.h"
#include "kubecred/Text.h"

#include <Poco/Util/Option.h>

#include <array>
#include <utility>

namespace kubecred::host {
namespace {

using Poco::Util::Option;

constexpr std::array<std::pair<std::string_view, CommandLine::Command>, 6> commands{{
    {"migrate", CommandLine::Command::migrate},
    {"migrate-status", CommandLine::Command::migrateStatus},
    {"healthcheck", CommandLine::Command::healthcheck},
    {"check-config", CommandLine::Command::checkConfig},
    {"version", CommandLine::Command::version},
    {"help", CommandLine::Command::help},
}};

} // namespace

void CommandLine::define(Poco::Util::OptionSet& options) {
    const auto flag = [&](const char* name, const std::string& description) {
        options.addOption(Option(name, "", description));
    };
    const auto valued = [&](const char* name, const std::string& description,
                            const char* argument) {
        options.addOption(Option(name, "", description).argument(argument).repeatable(true));
    };
    valued("config", "read this .properties file", "FILE");
    valued("define", "override one property", "KEY=VALUE");
    flag("migrate", "apply pending migrations and exit");
    const std::string pending = std::to_string(ExitStatus::migrationsPending);
    flag("migrate-status",
         "list applied and pending migrations; exit " + pending + " if any is pending");
    flag("healthcheck", "ask the daemon configured here for its health and exit");
    flag("check-config", "validate configuration and modules and exit");
    valued("create-key", "print a new API key and the entry to keep", "NAME");
    const std::string scopes = join(auth::grantedScopes(), ", ");
    valued("scopes", "for --create-key: comma-separated " + scopes, "LIST");
    flag("version", "print the version and exit");
    flag("help", "print this help and exit");
}

void CommandLine::take(const std::string& name, const std::string& value) {
    if (name == "config") {
        configFile = value;
    } else if (name == "define") {
        const auto equals = value.find('=');
        if (equals == 0 || equals == std::string::npos)
            throw Poco::Util::InvalidArgumentException("--define takes KEY=VALUE");
        defines[value.substr(0, equals)] = value.substr(equals + 1);
    } else if (name == "create-key") {
        command = Command::createKey;
        keyName = value;
    } else if (name == "scopes") {
        keyScopes = value;
    }
    for (const auto& [word, meant] : commands)
        if (name == word)
            command = meant;
}

// Only what `take` throws has a message of our own; Poco's quote the option.
std::string messageOf(const Poco::Util::OptionException& exception) {
    const bool isOurs =
        dynamic_cast<const Poco::Util::InvalidArgumentException*>(&exception) != nullptr;
    return std::string(exception.name()) + (isOurs ? ": " + exception.message() : "") +
           "; see --help";
}

} // namespace kubecred::host
