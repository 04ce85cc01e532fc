#pragma once

#include <optional>
#include <string>

namespace kubecred::host {

/// The text of a file; nothing where it cannot be read, as where the path is that of a folder.
std::optional<std::string> readTextFile(const std::string& path);

} // namespace kubecred::host
