#pragma once

#include "HttpAnswer.h"
#include "Process.h"
#include "TemporaryDirectory.h"

#include <chrono>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace kubecred::test {

/// How to start the real program: properties for its file, environment variables beside them.
struct DaemonOptions {
    std::map<std::string, std::string> properties = {};
    std::map<std::string, std::string> environment = {};
    std::vector<std::string> arguments = {};
    std::vector<std::string> launcher = {}; ///< a command that starts the program, such as unshare
    std::filesystem::path output = {};      ///< standard output; by default what log() returns
    /// A file of the project's to run with; the properties then go by --define.
    std::filesystem::path configuration = {};
    /// Whether it runs as in the image, as a user who may do nothing that root may; one who is not
    /// root runs it so in any case.
    bool isUnprivileged = false;
};

/// Properties for both modules over a SQLite file (`database.path` is set by Daemon), and `more`.
std::map<std::string, std::string>
sqliteProperties(const std::map<std::string, std::string>& more = {});

/// Properties for both modules over a PostgreSQL database of this server, as the superuser.
std::map<std::string, std::string> postgresProperties(int postgresPort,
                                                      const std::string& database);

/// The real program with the real modules, running beside the test on 127.0.0.1: on a free port,
/// where the properties name none.
/// Killed, where it still runs, at the end; where its log then tells what no log may
/// (Disclosure.h), the test program ends as well.
class Daemon {
public:
    /// Starts it; returns once it listens. `shutdown.graceSeconds` is 0 unless said otherwise.
    explicit Daemon(DaemonOptions options);
    ~Daemon();
    Daemon(const Daemon&) = delete;
    Daemon& operator=(const Daemon&) = delete;

    int port() const noexcept { return port_; }
    Process& process() noexcept { return *process_; }

    /// Waits until GET /health says this status; throws where it does not within `most`.
    void waitForStatus(const std::string& status,
                       std::chrono::milliseconds most = std::chrono::seconds(15)) const;

    /// SIGTERM, and the exit status.
    int stop();

    /// Starts it again as it was, on the same port, once it has ended; returns once it listens.
    void startAgain();

    std::string log() const; ///< standard output so far
    std::vector<std::string> logLines() const;
    std::string errors() const; ///< standard error so far
    std::string configFile() const { return (directory_.path() / "test.properties").string(); }

private:
    TemporaryDirectory directory_;
    int port_;
    std::vector<std::string> command_;
    Process::Options how_;
    std::unique_ptr<Process> process_;
};

/// An API key, and the entry by which a daemon knows it.
struct NewKey {
    std::string key;
    std::string entry;
};

/// Has the program make one.
NewKey createKey(const std::string& name, const std::string& scopes);

/// Runs the program to its end with these properties in its file and `arguments` after --config;
/// `launcher` as in DaemonOptions.
Finished runProgram(const std::map<std::string, std::string>& properties,
                    const std::vector<std::string>& arguments,
                    const std::map<std::string, std::string>& environment = {},
                    const std::vector<std::string>& launcher = {});

} // namespace kubecred::test
