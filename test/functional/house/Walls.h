#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace kubecred::test {

/// A room of the house: which headers the files of a folder may include, beside its own.
struct Room {
    std::filesystem::path folder;   ///< from the project's root
    std::vector<std::string> rooms; ///< what may stand before the headers of other rooms
    std::vector<std::string>
        banned; ///< what must not stand before those of others than the project
};

/// Every room there is.
const std::vector<Room>& rooms();

/// The room in which a file stands, by its path from the project's root; null for none.
const Room* roomOf(const std::filesystem::path& file);

/// What this source, at this path from `root`, includes and must not; one line each.
std::vector<std::string> wrongIncludes(const std::filesystem::path& root,
                                       const std::filesystem::path& file, const std::string& text);

/// What of this source is SQL: texts of its strings.
std::vector<std::string> sqlIn(const std::string& text);

} // namespace kubecred::test
