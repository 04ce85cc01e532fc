#pragma once

#include <chrono>
#include <filesystem>
#include <string>

namespace kubecred::test {

/// A pipe with a name, which takes what is written to it and is read only when somebody asks.
class LogPipe {
public:
    explicit LogPipe(const std::filesystem::path& path);
    ~LogPipe();
    LogPipe(const LogPipe&) = delete;
    LogPipe& operator=(const LogPipe&) = delete;

    const std::filesystem::path& path() const { return path_; }

    /// Reads until this text came; false where it does not in time.
    bool readUntil(const std::string& text, std::chrono::milliseconds most);

    /// From now on nobody can ever read it.
    void close();

private:
    const std::filesystem::path path_;
    int descriptor_;
};

} // namespace kubecred::test
