#include "Application.h"

#include "Commands.h"
#include "host/configuration/Configuration.h"
#include "host/daemon/RunDaemon.h"
#include "host/process/ExitStatus.h"
#include "host/process/Signals.h"
#include "kubecred/BuildInfo.h"

#include <Poco/Util/HelpFormatter.h>

#include <iostream>
#include <utility>

namespace kubecred::host {

namespace {

using Command = CommandLine::Command;

std::string exitStatuses() {
    std::string text = "Exit status:";
    for (const auto& [status, meaning] : exitMeanings)
        text.append(status == ExitStatus::ok ? " " : ", ")
            .append(std::to_string(status))
            .append(" ")
            .append(meaning);
    return text + ".";
}

} // namespace

int Application::run() { return ServerApplication::run(); }

// ServerApplication's own options would make a daemon that forks, which a container must not.
void Application::defineOptions(Poco::Util::OptionSet& options) { CommandLine::define(options); }

void Application::handleOption(const std::string& name, const std::string& value) {
    commandLine_.take(name, value);
}

int Application::main(const std::vector<std::string>& arguments) {
    if (!arguments.empty()) {
        std::cerr << "kube-credential: unexpected argument: options begin with -- and have their "
                     "value behind =, as in --config=FILE; see --help\n";
        return ExitStatus::usage;
    }
    try {
        return runCommand();
    } catch (const ConfigurationFaults& faults) {
        for (const auto& line : faults.lines())
            std::cerr << "kube-credential: " << line << "\n";
        return ExitStatus::configuration;
    }
}

int Application::runCommand() {
    switch (commandLine_.command) {
    case Command::help:
        printHelp();
        return ExitStatus::ok;
    case Command::version:
        std::cout << "kube-credential " << version << "\n";
        return ExitStatus::ok;
    case Command::createKey:
        return runCreateKey(commandLine_);
    case Command::healthcheck:
        exitOnSignals();
        return runHealthcheck(readEndpoint(commandLine_));
    default:
        return runConfigured();
    }
}

int Application::runConfigured() {
    if (commandLine_.command != Command::run)
        exitOnSignals();
    Configuration configuration =
        readConfiguration(commandLine_, config().getString("application.dir"));
    switch (commandLine_.command) {
    case Command::migrate:
        return runMigrate(configuration.settings);
    case Command::migrateStatus:
        return runMigrateStatus(configuration.settings);
    case Command::checkConfig:
        std::cout << "the configuration is sound\n";
        return ExitStatus::ok;
    default:
        return runDaemon(std::move(configuration));
    }
}

void Application::printHelp() const {
    Poco::Util::HelpFormatter help(options());
    help.setCommand("kube-credential");
    help.setUsage("--config=FILE [options]");
    help.setHeader("Issues and verifies credentials. Without a command it runs the daemon.");
    help.setFooter(exitStatuses());
    help.setUnixStyle(true);
    help.format(std::cout);
}

} // namespace kubecred::host
