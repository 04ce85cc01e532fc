#pragma once

#include <optional>
#include <string>

namespace kubecred::host {

/// What `readTextFile` reads, for messages.
inline constexpr const char* readableFile = "a file that can be read, of at most 1 MiB";

/// The text of a regular file of at most 1 MiB, without the byte-order mark that it may begin with;
/// nothing where the path is that of anything else, which might never end, or keep its reader
/// waiting.
std::optional<std::string> readTextFile(const std::string& path);

} // namespace kubecred::host
