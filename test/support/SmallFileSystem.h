#pragma once

#include <cstddef>
#include <filesystem>

namespace kubecred::test {

/// A file system of its own in memory, so small that a test can fill it up. Needs root. Only this
/// process and those that it starts later see it: it vanishes with them, whatever happens.
class SmallFileSystem {
public:
    /// Mounts it on a folder, which must exist.
    SmallFileSystem(const std::filesystem::path& folder, std::size_t megabytes);
    ~SmallFileSystem();
    SmallFileSystem(const SmallFileSystem&) = delete;
    SmallFileSystem& operator=(const SmallFileSystem&) = delete;

    void fill(); ///< takes all that is free
    void free(); ///< gives it back

private:
    std::filesystem::path ballast() const { return folder_ / "ballast"; }

    const std::filesystem::path folder_;
};

} // namespace kubecred::test
