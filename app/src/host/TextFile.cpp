#include "TextFile.h"

#include <fstream>
#include <iterator>

namespace kubecred::host {

std::optional<std::string> readTextFile(const std::string& path) {
    std::ifstream file(path);
    file.peek(); // a folder opens, but cannot be read
    if (!file.is_open() || file.bad())
        return std::nullopt;
    return std::string(std::istreambuf_iterator<char>(file), {});
}

} // namespace kubecred::host
