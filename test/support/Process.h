#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace kubecred::test {

/// A program running beside the test. Killed, where it still runs, at the end.
class Process {
public:
    struct Options {
        std::map<std::string, std::string> environment = {}; ///< beside PATH, nothing is inherited
        std::filesystem::path output = "/dev/null";          ///< standard output, appended
        std::filesystem::path errors = "/dev/null";          ///< standard error, appended
        std::filesystem::path directory = {};                ///< to start in
        std::string user = {}; ///< to run as, where the test runs as root
    };

    Process(const std::vector<std::string>& command, const Options& options);
    ~Process();
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;

    pid_t id() const noexcept { return id_; }
    void signal(int number) const;

    /// The exit status (128 + number for a signal), or nothing where it still runs after `most`.
    std::optional<int> wait(std::chrono::milliseconds most = std::chrono::seconds(30));

    bool running() { return !wait(std::chrono::milliseconds(0)); }

private:
    pid_t id_;
    std::optional<int> status_;
};

/// What a program that ends by itself printed, and how it ended.
struct Finished {
    int status;
    std::string output;
    std::string errors;
};

/// Runs a program to its end; fails the test where that takes longer than `most`.
Finished runToEnd(const std::vector<std::string>& command, const Process::Options& options = {},
                  std::chrono::milliseconds most = std::chrono::seconds(30));

std::string readFile(const std::filesystem::path& path);
void writeFile(const std::filesystem::path& path, const std::string& text);

/// A TCP port of 127.0.0.1 that is free at the moment.
int freePort();

} // namespace kubecred::test
