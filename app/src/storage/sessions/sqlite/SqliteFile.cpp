#include "SqliteFile.h"

#include "storage/Fault.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <optional>
#include <system_error>

namespace kubecred::storage {
namespace {

namespace fs = std::filesystem;

constexpr mode_t forUs = S_IRUSR | S_IWUSR;
constexpr mode_t forOthers = S_IRWXG | S_IRWXO;

// Never by opening the file: closing it would let go of every lock that another connection of this
// process holds on it (fcntl(2)).
std::optional<struct stat> statusOf(const std::string& path) noexcept {
    struct stat status {};
    return stat(path.c_str(), &status) == 0 ? std::optional(status) : std::nullopt;
}

bool isWritable(const std::string& path, int how) noexcept {
    return faccessat(AT_FDCWD, path.c_str(), how, AT_EACCESS) == 0;
}

void makeFolder(const fs::path& folder) {
    std::error_code error;
    fs::create_directories(folder, error);
    if (error || !fs::is_directory(folder, error))
        throw StorageError(Fault::unreachable, "the folder of database.path cannot be made");
    if (!isWritable(folder.string(),
                    W_OK | X_OK)) // SQLite keeps files of its own beside the database
        throw StorageError(Fault::readOnly, "the folder of database.path cannot be written to");
}

void makeFile(const std::string& path) {
    if (mknod(path.c_str(), S_IFREG | forUs, 0) != 0 && errno != EEXIST)
        throw StorageError(errno == ENOSPC ? Fault::storageFull : Fault::unreachable,
                           "the file of database.path cannot be made");
}

void closeToOthers(const std::string& path) noexcept {
    const auto status = statusOf(path);
    if (status && S_ISREG(status->st_mode) && status->st_uid == geteuid() &&
        (status->st_mode & forOthers) != 0) [[maybe_unused]]
        const int ignored = chmod(path.c_str(), forUs);
}

} // namespace

void prepareFile(const std::string& path) {
    const auto folder = fs::path(path).parent_path();
    makeFolder(folder.empty() ? "." : folder);
    makeFile(path);
    const auto status = statusOf(path);
    if (!status || !S_ISREG(status->st_mode))
        throw StorageError(Fault::unreachable, "database.path is no regular file");
    for (const char* suffix : {"", "-wal", "-shm", "-journal"})
        closeToOthers(path + suffix);
    if (!isWritable(path, R_OK | W_OK))
        throw StorageError(Fault::readOnly, "the file of database.path cannot be written to");
}

std::uintmax_t inodeOf(const std::string& path) noexcept {
    const auto status = statusOf(path);
    return status ? status->st_ino : 0;
}

} // namespace kubecred::storage
