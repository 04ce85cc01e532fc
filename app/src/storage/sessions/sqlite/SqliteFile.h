#pragma once

#include <cstdint>
#include <string>

namespace kubecred::storage {

/// Makes the file of a SQLite database and its folder where they are missing, for this user alone,
/// and takes from others what they may do with one of ours. Throws StorageError where SQLite could
/// not work with what is there, which it would find out by trying again and again. Waits for
/// nothing.
void prepareFile(const std::string& path);

/// The inode of the file; 0 where there is none.
std::uintmax_t inodeOf(const std::string& path) noexcept;

} // namespace kubecred::storage
