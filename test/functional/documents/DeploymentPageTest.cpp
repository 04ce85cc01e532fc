#include "support/Process.h"

#include <cppunit/extensions/HelperMacros.h>

#include <filesystem>
#include <map>
#include <regex>
#include <sstream>
#include <vector>

namespace kubecred::test {
namespace {

namespace fs = std::filesystem;

std::string fileOf(const std::string& path) {
    return readFile(fs::path(KUBECRED_SOURCE_DIR) / path);
}

// What stands between the bars of a table's line.
std::vector<std::string> cells(const std::string& line) {
    std::vector<std::string> all;
    std::istringstream text(line.substr(1));
    for (std::string cell; std::getline(text, cell, '|');)
        all.push_back(cell);
    return all;
}

} // namespace

/// The table of docs/deployment.md tells where each part of the architecture is, and what shows it.
class DeploymentPageTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(DeploymentPageTest);
    CPPUNIT_TEST(noCellIsEmpty);
    CPPUNIT_TEST(everyCheckNamedIsThere);
    CPPUNIT_TEST(everyFileNamedIsThere);
    CPPUNIT_TEST_SUITE_END();

public:
    void noCellIsEmpty() {
        CPPUNIT_ASSERT(rows().size() > 40);
        for (const auto& row : rows()) {
            CPPUNIT_ASSERT_EQUAL_MESSAGE(row, std::size_t{3}, cells(row).size());
            for (const auto& cell : cells(row))
                CPPUNIT_ASSERT_MESSAGE(row, cell.find_first_not_of(' ') != std::string::npos);
        }
    }

    void everyCheckNamedIsThere() {
        const std::map<std::string, std::string> files{
            {R"rx(T "([^"]+)")rx", "test/aws/templates.test.js"},
            {"`(test_\\w+)`", "test/aws/test_deploy.py"},
            {"P `(\\w+)`", "test/deployment/TopologyTest.cpp"}};
        for (const auto& [pattern, file] : files) {
            const auto text = fileOf(file);
            for (const auto& name : namesIn(pattern))
                CPPUNIT_ASSERT_MESSAGE(name, text.find(name) != std::string::npos);
        }
        const std::regex test("`(unit|integration|functional|faults)\\.(\\w+)(?:\\.(\\w+))?`");
        const auto page = joined();
        for (std::sregex_iterator found(page.begin(), page.end(), test), end; found != end; ++found)
            CPPUNIT_ASSERT_MESSAGE(found->str(),
                                   textOfSuite((*found)[1], (*found)[2]).find((*found)[3]) !=
                                       std::string::npos);
    }

    void everyFileNamedIsThere() {
        for (const auto& path : namesIn("`((?:aws|app|modules|scripts)/[\\w./-]+)`"))
            CPPUNIT_ASSERT_MESSAGE(path, fs::exists(fs::path(KUBECRED_SOURCE_DIR) / path));
    }

private:
    static std::vector<std::string> rows() {
        const auto page = fileOf("docs/deployment.md");
        std::istringstream table(page.substr(page.find("| overview | where | check |")));
        std::vector<std::string> all;
        std::string line;
        std::getline(table, line);
        std::getline(table, line);
        while (std::getline(table, line))
            all.push_back(line);
        return all;
    }

    static std::string joined() {
        std::string text;
        for (const auto& row : rows())
            text += row + "\n";
        return text;
    }

    // Fails where there is none.
    static std::vector<std::string> namesIn(const std::string& pattern) {
        const auto text = joined();
        const std::regex name(pattern);
        std::vector<std::string> all;
        for (std::sregex_iterator found(text.begin(), text.end(), name), end; found != end; ++found)
            all.push_back((*found)[1]);
        CPPUNIT_ASSERT_MESSAGE(pattern, !all.empty());
        return all;
    }

    static std::string textOfSuite(const std::string& kind, const std::string& suite) {
        const auto folder = fs::path(KUBECRED_SOURCE_DIR) / "test" / kind;
        for (const auto& file : fs::recursive_directory_iterator(folder))
            if (file.path().stem() == suite)
                return readFile(file.path());
        CPPUNIT_FAIL("no suite " + kind + "." + suite);
        return {};
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(DeploymentPageTest);

} // namespace kubecred::test
