#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace kubecred::test {

/// A part of the machine, as a container gets it: so much memory and so much of a core, and no
/// more. Needs root, and a machine that lets it make control groups (version 1 or 2). Removed at
/// the end, once its processes have ended.
class ControlGroup {
public:
    ControlGroup(std::size_t megabytes, double cores);
    ~ControlGroup();
    ControlGroup(const ControlGroup&) = delete;
    ControlGroup& operator=(const ControlGroup&) = delete;

    /// A command that starts another, its arguments, inside.
    std::vector<std::string> launcher() const;

    /// How many times a process inside was kept waiting for its share of the core.
    long timesThrottled() const;

    /// The most memory that was in use at once, in bytes, files that were read included.
    std::size_t peakBytes() const;

private:
    void makeVersion1(const std::string& name, std::size_t bytes, long quota);
    void makeVersion2(const std::string& name, std::size_t bytes, long quota);
    void make(const std::filesystem::path& folder);
    void remove() noexcept;

    std::filesystem::path memory_; ///< the folder of the memory's limit
    std::filesystem::path cpu_;    ///< the folder of the core's limit; the same in version 2
    std::vector<std::filesystem::path> made_;
};

} // namespace kubecred::test
