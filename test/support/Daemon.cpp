#include "Daemon.h"

#include "Disclosure.h"
#include "RawConnection.h"

#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <iostream>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace kubecred::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// The sanitizers' run-time is told to leave SIGSEGV to nobody else: Poco takes it.
std::map<std::string, std::string> withSanitizers(std::map<std::string, std::string> environment) {
    environment.emplace("ASAN_OPTIONS", "handle_segv=2:detect_stack_use_after_return=1");
    environment.emplace("TSAN_OPTIONS", "handle_segv=2");
    return environment;
}

std::string fileText(const std::map<std::string, std::string>& properties) {
    std::string text;
    for (const auto& [key, value] : properties)
        text += key + "=" + value + "\n";
    return text;
}

int portOf(const std::map<std::string, std::string>& properties) {
    const auto given = properties.find("http.port");
    return given == properties.end() ? freePort() : std::stoi(given->second);
}

std::string statusOf(int port) {
    try {
        return request(port, "GET", "/health").text("status");
    } catch (const std::exception&) {
        return {};
    }
}

} // namespace

std::map<std::string, std::string>
sqliteProperties(const std::map<std::string, std::string>& more) {
    std::map<std::string, std::string> properties{{"modules", "issuance,verification"},
                                                  {"database.driver", "sqlite"},
                                                  {"database.migrateOnStart", "true"}};
    for (const auto& [key, value] : more)
        properties[key] = value;
    return properties;
}

std::map<std::string, std::string> postgresProperties(int postgresPort,
                                                      const std::string& database) {
    return {{"modules", "issuance,verification"}, {"database.driver", "postgresql"},
            {"database.host", "127.0.0.1"},       {"database.port", std::to_string(postgresPort)},
            {"database.name", database},          {"database.user", "postgres"}};
}

Daemon::Daemon(DaemonOptions options) : port_(portOf(options.properties)) {
    auto& properties = options.properties;
    properties.emplace("http.address", "127.0.0.1");
    properties.emplace("http.port", std::to_string(port_));
    properties.emplace("shutdown.graceSeconds", "0");
    if (properties.contains("database.driver") && properties["database.driver"] == "sqlite")
        properties.emplace("database.path", (directory_.path() / "test.db").string());
    writeFile(configFile(), fileText(properties));
    how_.environment = withSanitizers(options.environment);
    how_.output = options.output.empty() ? directory_.path() / "output" : options.output;
    how_.errors = directory_.path() / "errors";
    command_ = options.launcher;
    if (options.isUnprivileged && geteuid() == 0) {
        std::filesystem::permissions(directory_.path(), std::filesystem::perms::all);
        command_.insert(command_.end(), {"setpriv", "--reuid", "10001", "--regid", "10001",
                                         "--clear-groups", "--bounding-set=-all"});
    }
    const auto& configuration = options.configuration;
    const bool hasFile = !configuration.empty();
    command_.insert(
        command_.end(),
        {KUBECRED_BINARY, "--config=" + (hasFile ? configuration.string() : configFile())});
    if (hasFile)
        for (const auto& [key, value] : properties)
            command_.push_back("--define=" + key + "=" + value);
    command_.insert(command_.end(), options.arguments.begin(), options.arguments.end());
    startAgain();
}

Daemon::~Daemon() {
    process_.reset();
    const auto disclosed = disclosureIn(readFile(directory_.path() / "output") + errors());
    if (disclosed.empty())
        return;
    std::cerr << "a log discloses " << disclosed << std::endl;
    std::_Exit(1);
}

void Daemon::startAgain() {
    process_ = std::make_unique<Process>(command_, how_);
    const auto deadline = steady_clock::now() + std::chrono::seconds(30);
    while (statusOf(port_).empty()) {
        if (!process_->running() || steady_clock::now() > deadline)
            throw std::runtime_error("the daemon did not start: " + errors() + log());
        std::this_thread::sleep_for(milliseconds(5));
    }
}

void Daemon::waitForStatus(const std::string& status, milliseconds most) const {
    const auto deadline = steady_clock::now() + most;
    while (statusOf(port_) != status) {
        if (steady_clock::now() > deadline)
            throw std::runtime_error("not " + status + " in time, but " + statusOf(port_));
        std::this_thread::sleep_for(milliseconds(20));
    }
}

int Daemon::stop() {
    process_->signal(SIGTERM);
    return process_->wait(std::chrono::seconds(40)).value_or(-1);
}

// Lines are written a moment after what they tell of.
std::string Daemon::log() const {
    std::string before;
    std::string now = readFile(directory_.path() / "output");
    do {
        before = std::move(now);
        std::this_thread::sleep_for(std::chrono::milliseconds(40));
        now = readFile(directory_.path() / "output");
    } while (now != before);
    return now;
}

std::string Daemon::errors() const { return readFile(directory_.path() / "errors"); }

std::vector<std::string> Daemon::logLines() const {
    std::istringstream text(log());
    std::vector<std::string> lines;
    for (std::string line; std::getline(text, line);)
        lines.push_back(line);
    return lines;
}

NewKey createKey(const std::string& name, const std::string& scopes) {
    const auto made = runToEnd({KUBECRED_BINARY, "--create-key=" + name, "--scopes=" + scopes});
    const auto valueOf = [&](const std::string& label) {
        const auto line = made.output.find(label);
        const auto value = made.output.find(": ", line) + 2;
        return made.output.substr(value, made.output.find('\n', value) - value);
    };
    return {valueOf("key "), valueOf("entry ")};
}

Finished runProgram(const std::map<std::string, std::string>& properties,
                    const std::vector<std::string>& arguments,
                    const std::map<std::string, std::string>& environment,
                    const std::vector<std::string>& launcher) {
    const TemporaryDirectory directory;
    const auto file = directory.path() / "test.properties";
    writeFile(file, fileText(properties));
    std::vector<std::string> command = launcher;
    command.insert(command.end(), {KUBECRED_BINARY, "--config=" + file.string()});
    command.insert(command.end(), arguments.begin(), arguments.end());
    Process::Options options;
    options.environment = withSanitizers(environment);
    return runToEnd(command, options);
}

} // namespace kubecred::test
