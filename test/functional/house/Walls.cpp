#include "Walls.h"

#include "SourceText.h"

#include <algorithm>
#include <array>
#include <regex>

namespace kubecred::test {
namespace {

namespace fs = std::filesystem;

// What no header's name of another room begins with, but the project's own do.
constexpr std::array projectPrefixes{"kubecred/", "auth/", "core/",   "host/",
                                     "http/",     "peer/", "storage/"};

template <typename Prefixes>
bool beginsWithAny(const std::string& text, const Prefixes& prefixes) {
    return std::ranges::any_of(prefixes,
                               [&](const auto& prefix) { return text.starts_with(prefix); });
}

// A header beside the file, or one that is named from the room's folder on.
bool isOwn(const Room& room, const fs::path& root, const fs::path& file, const fs::path& header) {
    return fs::exists(root / file.parent_path() / header) ||
           fs::exists(root / room.folder / header);
}

bool mayInclude(const Room& room, const fs::path& root, const fs::path& file,
                const Include& include) {
    const fs::path header = include.header;
    const bool leadsElsewhere =
        header.is_absolute() || std::ranges::find(header, fs::path("..")) != header.end();
    if (leadsElsewhere || include.header.empty())
        return false;
    if (beginsWithAny(include.header, room.rooms))
        return true;
    if (include.isQuoted)
        return isOwn(room, root, file, header);
    return !beginsWithAny(include.header, projectPrefixes) &&
           !beginsWithAny(include.header, room.banned);
}

// Texts for people have such words too, but not in such an order.
const std::vector<std::regex>& sqlPatterns() {
    static const std::vector<std::regex> patterns = [] {
        std::vector<std::regex> made;
        made.emplace_back(R"(\b(SELECT|PRAGMA|TRUNCATE|GRANT|REVOKE|MERGE INTO)\b)");
        for (
            const char* pattern :
            {R"(\bselect\b[\s\S]*\bfrom\b)", R"(\bselect\s+(\d|\*|\$|\w+\s*\())",
             R"(\binsert\s+into\b)", R"(\bdelete\s+from\b)", R"(\bupdate\s+(only\s+)?\S+\s+set\b)",
             R"(\bwith\s+(recursive\s+)?\w+\s*(\([^)]*\)\s*)?as\s+((not\s+)?materialized\s+)?\()",
             R"(\btruncate\s+(table\b|only\b|\w+\s*(;|,|$|cascade|restart)))",
             R"(\b(create|alter|drop)\s+(or\s+replace\s+)?(unique\s+|temp\s+|temporary\s+|materialized\s+)?)"
             R"((table|index|view|role|schema|sequence|function|trigger|extension|database)\b)",
             R"(\b(grant|revoke)\s+(select|insert|update|delete|usage|all|execute|connect)\b)",
             R"(\b(pragma|merge\s+into|lock\s+table|copy)\s+\w+\s*(=|\(|using|in\s|from\s|to\s))"})
            made.emplace_back(pattern, std::regex::icase);
        return made;
    }();
    return patterns;
}

std::vector<Room> roomsOfTheProgram() {
    return {
        {"app/include/kubecred",
         {"kubecred/"},
         {"Poco/", "boost/", "openssl/", "libpq", "sqlite3"}},
        {"app/src/core",
         {"kubecred/", "core/"},
         {"Poco/Net/", "Poco/Data/", "Poco/Util/", "boost/", "libpq", "sqlite3"}},
        {"app/src/auth", {"kubecred/", "auth/"}, {"Poco/", "boost/", "libpq", "sqlite3"}},
        {"app/src/http",
         {"kubecred/", "http/", "auth/"},
         {"Poco/Data/", "Poco/Util/", "libpq", "sqlite3"}},
        {"app/src/storage", {"kubecred/", "storage/"}, {"Poco/Net/", "Poco/Util/", "boost/"}},
        {"app/src/peer",
         {"kubecred/", "peer/"},
         {"Poco/Data/", "Poco/Util/", "Poco/JSON/", "libpq", "sqlite3"}},
        {"app/src/host",
         {"kubecred/", "host/", "auth/", "http/", "storage/", "peer/"},
         {"Poco/Data/", "boost/", "libpq", "sqlite3"}},
    };
}

// What every module may see: what the plugin interface shows.
Room roomOfModule(const fs::path& folder) {
    return {folder / "src",
            {"kubecred/"},
            {"Poco/", "boost/", "openssl/", "libpq", "sqlite3", "prometheus/"}};
}

std::vector<Room> allRooms() {
    std::vector<Room> all = roomsOfTheProgram();
    for (const auto& entry : fs::directory_iterator(fs::path(KUBECRED_SOURCE_DIR) / "modules"))
        if (entry.is_directory())
            all.push_back(roomOfModule("modules" / entry.path().filename()));
    return all;
}

} // namespace

const std::vector<Room>& rooms() {
    static const std::vector<Room> all = allRooms();
    return all;
}

const Room* roomOf(const fs::path& file) {
    const auto found = std::ranges::find_if(rooms(), [&](const Room& room) {
        return file.generic_string().starts_with(room.folder.generic_string() + "/");
    });
    return found == rooms().end() ? nullptr : &*found;
}

std::vector<std::string> wrongIncludes(const fs::path& root, const fs::path& file,
                                       const std::string& text) {
    const Room* room = roomOf(file);
    if (room == nullptr)
        return {file.string() + " stands in no room"};
    const SourceText source(text);
    std::vector<std::string> wrong;
    for (const Include& include : source.includes())
        if (!mayInclude(*room, root, file, include))
            wrong.push_back(file.string() + " must not include " +
                            (include.header.empty() ? "what a macro names" : include.header));
    return wrong;
}

std::vector<std::string> sqlIn(const std::string& text) {
    const SourceText source(text);
    std::vector<std::string> found;
    for (const std::string& string : source.strings())
        if (std::ranges::any_of(sqlPatterns(), [&](const std::regex& pattern) {
                return std::regex_search(string, pattern);
            }))
            found.push_back(string);
    return found;
}

} // namespace kubecred::test
