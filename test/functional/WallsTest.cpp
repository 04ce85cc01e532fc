#include "support/Process.h"

#include <cppunit/extensions/HelperMacros.h>

#include <algorithm>
#include <filesystem>
#include <regex>
#include <sstream>

namespace kubecred::test {
namespace {

namespace fs = std::filesystem;

/// A room of the house: which headers the files of a folder may include.
struct Room {
    const char* folder;
    std::vector<std::string>
        projectPrefixes; ///< of "…" includes, beside files of the folder itself
    std::vector<std::string> bannedPrefixes; ///< of <…> includes
};

const std::vector<Room> rooms{
    {"app/include/kubecred", {"kubecred/"}, {"Poco/", "boost/", "openssl/", "libpq"}},
    {"app/src/core", {"kubecred/"}, {"Poco/Net/", "Poco/Data/", "Poco/Util/", "boost/", "libpq"}},
    {"app/src/auth", {"kubecred/"}, {"Poco/", "boost/", "libpq"}},
    {"app/src/http", {"kubecred/", "auth/", "http/"}, {"Poco/Data/", "Poco/Util/", "libpq"}},
    {"app/src/storage", {"kubecred/", "storage/"}, {"Poco/Net/", "Poco/Util/", "boost/"}},
    {"app/src/peer", {"kubecred/"}, {"Poco/Data/", "Poco/Util/", "Poco/JSON/", "libpq"}},
    {"app/src/host",
     {"kubecred/", "host/", "auth/", "http/", "storage/", "peer/"},
     {"Poco/Data/", "boost/", "libpq"}},
    {"modules/issuance/src",
     {"kubecred/"},
     {"Poco/", "boost/", "openssl/", "libpq", "prometheus/"}},
    {"modules/verification/src",
     {"kubecred/"},
     {"Poco/", "boost/", "openssl/", "libpq", "prometheus/"}},
};

fs::path root() { return KUBECRED_SOURCE_DIR; }

std::vector<fs::path> sourcesIn(const fs::path& folder) {
    std::vector<fs::path> files;
    for (const auto& entry : fs::recursive_directory_iterator(folder))
        if (entry.path().extension() == ".h" || entry.path().extension() == ".cpp")
            files.push_back(entry.path());
    CPPUNIT_ASSERT_MESSAGE(folder.string(), !files.empty());
    return files;
}

bool beginsWithAny(const std::string& text, const std::vector<std::string>& prefixes) {
    return std::ranges::any_of(prefixes,
                               [&](const auto& prefix) { return text.starts_with(prefix); });
}

std::vector<std::string> lines(const std::string& text) {
    std::istringstream stream(text);
    std::vector<std::string> all;
    for (std::string line; std::getline(stream, line);)
        all.push_back(line);
    return all;
}

} // namespace

/// Walls that nothing holds fall.
class WallsTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(WallsTest);
    CPPUNIT_TEST(roomsIncludeOnlyWhatTheyMay);
    CPPUNIT_TEST(sqlStandsInStorageOnly);
    CPPUNIT_TEST(modulesExportTheirEntryAlone);
    CPPUNIT_TEST(modulesLinkTheCoreAlone);
    CPPUNIT_TEST_SUITE_END();

public:
    void roomsIncludeOnlyWhatTheyMay() {
        const std::regex include(R"(^\s*#\s*include\s*([<"])([^>"]+)[>"])");
        for (const Room& room : rooms)
            for (const auto& file : sourcesIn(root() / room.folder))
                for (const auto& line : lines(readFile(file))) {
                    std::smatch match;
                    if (!std::regex_search(line, match, include))
                        continue;
                    const std::string header = match[2];
                    const bool allowed = match[1] == "<"
                                             ? !beginsWithAny(header, room.bannedPrefixes)
                                             : beginsWithAny(header, room.projectPrefixes) ||
                                                   fs::exists(file.parent_path() / header);
                    CPPUNIT_ASSERT_MESSAGE(file.string() + ": " + line, allowed);
                }
    }

    void sqlStandsInStorageOnly() {
        const std::regex sql(
            R"(\b(SELECT\s+\S+.*\sFROM|INSERT\s+INTO|DELETE\s+FROM|CREATE\s+TABLE|UPDATE\s+\S+\s+SET)\b)");
        for (const char* folder :
             {"app/include", "app/src/core", "app/src/auth", "app/src/http", "app/src/host",
              "modules/issuance/src", "modules/verification/src"})
            for (const auto& file : sourcesIn(root() / folder))
                CPPUNIT_ASSERT_MESSAGE(file.string(), !std::regex_search(readFile(file), sql));
    }

    void modulesExportTheirEntryAlone() {
        for (const char* module : {"issuance", "verification"}) {
            const auto found = runToEnd({"nm", "-D", "--defined-only", library(module)});
            CPPUNIT_ASSERT_EQUAL(0, found.status);
            const auto symbols = lines(found.output);
            CPPUNIT_ASSERT_EQUAL_MESSAGE(found.output, std::size_t{1}, symbols.size());
            CPPUNIT_ASSERT(symbols.front().ends_with(" kubecred_module"));
        }
    }

    void modulesLinkTheCoreAlone() {
        for (const char* module : {"issuance", "verification"}) {
            const auto found = runToEnd({"readelf", "-d", library(module)});
            CPPUNIT_ASSERT(found.output.find("libkubecred-core.so") != std::string::npos);
            for (const char* banned : {"libPoco", "libpq", "libsqlite", "libssl"})
                CPPUNIT_ASSERT_MESSAGE(banned, found.output.find(banned) == std::string::npos);
            CPPUNIT_ASSERT_MESSAGE("bound at load", found.output.find("NOW") != std::string::npos);
        }
    }

private:
    static std::string library(const std::string& module) {
        return std::string(KUBECRED_MODULES) + "/" + module + ".so";
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(WallsTest);

} // namespace kubecred::test
