#include "Walls.h"
#include "support/Process.h"

#include <cppunit/extensions/HelperMacros.h>

#include <filesystem>
#include <set>
#include <sstream>

namespace kubecred::test {
namespace {

namespace fs = std::filesystem;

const fs::path root = KUBECRED_SOURCE_DIR;

bool isSource(const fs::path& file) {
    static const std::set<std::string> extensions{".h",   ".hpp", ".hh",  ".inc", ".ipp",
                                                  ".cpp", ".cc",  ".cxx", ".c"};
    return extensions.contains(file.extension());
}

/// Every file of the program and its modules, by its path from the root.
std::vector<fs::path> filesOfTheProgram() {
    std::vector<fs::path> files;
    for (const char* folder : {"app", "modules"})
        for (const auto& entry : fs::recursive_directory_iterator(root / folder))
            if (entry.is_regular_file())
                files.push_back(fs::relative(entry.path(), root));
    CPPUNIT_ASSERT(files.size() > 100);
    return files;
}

std::vector<std::string> modules() {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(root / "modules"))
        if (entry.is_directory())
            names.push_back(entry.path().filename());
    CPPUNIT_ASSERT(names.size() >= 2);
    return names;
}

bool isOfStorage(const fs::path& file) {
    const Room* room = roomOf(file);
    return room != nullptr && room->folder == "app/src/storage";
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
    CPPUNIT_TEST(everySourceStandsInARoom);
    CPPUNIT_TEST(everyRoomIsThere);
    CPPUNIT_TEST(roomsIncludeOnlyWhatTheyMay);
    CPPUNIT_TEST(sqlStandsInStorageOnly);
    CPPUNIT_TEST(modulesExportTheirEntryAlone);
    CPPUNIT_TEST(modulesLinkTheCoreAlone);
    CPPUNIT_TEST_SUITE_END();

public:
    void everySourceStandsInARoom() {
        for (const auto& file : filesOfTheProgram())
            CPPUNIT_ASSERT_MESSAGE(file.string(), !isSource(file) || roomOf(file) != nullptr);
    }

    void everyRoomIsThere() {
        for (const Room& room : rooms())
            CPPUNIT_ASSERT_MESSAGE(room.folder.string(), fs::is_directory(root / room.folder));
    }

    void roomsIncludeOnlyWhatTheyMay() {
        for (const auto& file : filesOfTheProgram())
            if (isSource(file))
                for (const auto& wrong : wrongIncludes(root, file, readFile(root / file)))
                    CPPUNIT_FAIL(wrong);
    }

    void sqlStandsInStorageOnly() {
        for (const auto& file : filesOfTheProgram()) {
            const bool mayHoldSql =
                isOfStorage(file) || file.string().starts_with("app/migrations/");
            if (mayHoldSql)
                continue;
            CPPUNIT_ASSERT_MESSAGE(file.string(), file.extension() != ".sql");
            if (isSource(file))
                for (const auto& text : sqlIn(readFile(root / file)))
                    CPPUNIT_FAIL(file.string() + " holds SQL: " + text);
        }
    }

    void modulesExportTheirEntryAlone() {
        for (const auto& module : modules()) {
            const auto found = runToEnd({"nm", "-D", "--defined-only", library(module)});
            CPPUNIT_ASSERT_EQUAL(0, found.status);
            const auto symbols = lines(found.output);
            CPPUNIT_ASSERT_EQUAL_MESSAGE(found.output, std::size_t{1}, symbols.size());
            CPPUNIT_ASSERT(symbols.front().ends_with(" kubecred_module"));
        }
    }

    void modulesLinkTheCoreAlone() {
        for (const auto& module : modules()) {
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
