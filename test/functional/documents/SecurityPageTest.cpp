#include "support/Process.h"

#include <cppunit/extensions/HelperMacros.h>

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <regex>
#include <sstream>
#include <vector>

namespace kubecred::test {
namespace {

namespace fs = std::filesystem;

// A paragraph, or a line of a table.
std::vector<std::string> statements(const std::string& page) {
    std::vector<std::string> all(1);
    std::istringstream lines(page);
    for (std::string line; std::getline(lines, line);) {
        if (line.empty() || line.starts_with('|'))
            all.emplace_back();
        all.back() += line + " ";
    }
    return all;
}

bool exists(const std::string& kind, const std::string& suite, const std::string& test) {
    const std::string registration = "CPPUNIT_TEST(" + test + ")";
    const auto folder = fs::path(KUBECRED_SOURCE_DIR) / "test" / kind;
    return std::ranges::any_of(fs::recursive_directory_iterator(folder), [&](const auto& file) {
        return file.path().stem() == suite &&
               readFile(file.path()).find(registration) != std::string::npos;
    });
}

} // namespace

/// docs/security.md promises nothing that no test holds.
class SecurityPageTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(SecurityPageTest);
    CPPUNIT_TEST(everyMustNamesItsTest);
    CPPUNIT_TEST(everyTestNamedIsThere);
    CPPUNIT_TEST_SUITE_END();

public:
    void everyMustNamesItsTest() {
        int promises = 0;
        for (const auto& statement : statements(page())) {
            const auto made = count(statement, std::regex("\\bMUST\\b"));
            CPPUNIT_ASSERT_MESSAGE(statement, count(statement, name_) >= made);
            promises += made;
        }
        CPPUNIT_ASSERT(promises > 20);
    }

    void everyTestNamedIsThere() {
        const std::string text = page();
        const std::regex whole(R"(`(unit|integration|functional|faults)\.(\w+)\.(\w+)`)");
        int named = 0;
        for (std::sregex_iterator found(text.begin(), text.end(), whole), end; found != end;
             ++found) {
            CPPUNIT_ASSERT_MESSAGE(found->str(), exists((*found)[1], (*found)[2], (*found)[3]));
            ++named;
        }
        CPPUNIT_ASSERT(named > 20);
    }

private:
    static int count(const std::string& text, const std::regex& what) {
        return static_cast<int>(
            std::distance(std::sregex_iterator(text.begin(), text.end(), what), {}));
    }

    static std::string page() {
        return readFile(fs::path(KUBECRED_SOURCE_DIR) / "docs" / "security.md");
    }

    // In full, with suite and test.
    const std::regex name_{R"(`(unit|integration|functional|faults)\.\w+\.\w+`)"};
};

CPPUNIT_TEST_SUITE_REGISTRATION(SecurityPageTest);

} // namespace kubecred::test
