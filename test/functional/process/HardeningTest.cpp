#include "functional/Expectations.h"
#include "support/Process.h"

#include <filesystem>
#include <sstream>
#include <vector>

namespace kubecred::test {

namespace fs = std::filesystem;

/// What the compiler and the linker do against those who find a hole, in every built file.
class HardeningTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(HardeningTest);
    CPPUNIT_TEST(loadsAtRandomPlaces);
    CPPUNIT_TEST(bindsAllAtStartAndThenLocksIt);
    CPPUNIT_TEST(runsNoData);
    CPPUNIT_TEST(guardsTheStack);
    CPPUNIT_TEST(checksLengthsOfCopies);
    CPPUNIT_TEST_SUITE_END();

public:
    void loadsAtRandomPlaces() {
        assertContains(readelf("-h", KUBECRED_BINARY),
                       "DYN (Position-Independent Executable file)");
        for (const auto& file : files())
            assertLacks(readelf("-d", file), "TEXTREL");
    }

    void bindsAllAtStartAndThenLocksIt() {
        for (const auto& file : files()) {
            assertContains(readelf("-l", file), "GNU_RELRO");
            assertContains(readelf("-d", file), "NOW");
        }
    }

    void runsNoData() {
        for (const auto& file : files()) {
            const auto segments = readelf("-lW", file);
            const auto stack = segments.find("GNU_STACK");
            CPPUNIT_ASSERT_MESSAGE(file, stack != std::string::npos);
            const auto flags = segments.substr(stack, segments.find('\n', stack) - stack);
            assertContains(flags, " RW ");
            assertLacks(segments, "RWE");
        }
    }

    void guardsTheStack() {
        for (const auto& file : files())
            CPPUNIT_ASSERT_MESSAGE(file,
                                   imports(file).find("__stack_chk_fail") != std::string::npos);
    }

    // By the compiler's flags: where it knows how large a target is, which in this program is
    // nowhere at the moment, a checked copy takes the place of an unchecked one.
    void checksLengthsOfCopies() {
        std::istringstream commands(readFile(fs::path(KUBECRED_BINARY).parent_path().parent_path() /
                                             "compile_commands.json"));
        int shipped = 0;
        for (std::string line; std::getline(commands, line);)
            if (line.find("\"command\"") != std::string::npos &&
                line.find("/test/") == std::string::npos) {
                assertContains(line, "-D_FORTIFY_SOURCE=2");
                ++shipped;
            }
        CPPUNIT_ASSERT(shipped > 50);
    }

private:
    static std::vector<std::string> files() {
        const std::string modules = KUBECRED_MODULES;
        return {KUBECRED_BINARY, modules + "/../libkubecred-core.so", modules + "/issuance.so",
                modules + "/verification.so"};
    }

    static std::string imports(const std::string& file) {
        return runToEnd({"readelf", "-W", "--dyn-syms", file}).output;
    }

    static std::string readelf(const std::string& what, const std::string& file) {
        const auto found = runToEnd({"readelf", what, file});
        CPPUNIT_ASSERT_EQUAL_MESSAGE(found.errors, 0, found.status);
        return found.output;
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(HardeningTest);

} // namespace kubecred::test
