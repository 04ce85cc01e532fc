#include "functional/Expectations.h"
#include "support/Process.h"
#include "support/TemporaryDirectory.h"

#include <signal.h>

#include <charconv>
#include <cstdint>
#include <filesystem>
#include <set>
#include <thread>

namespace kubecred::test {
namespace {

using std::chrono::milliseconds;

std::uint64_t statusNumber(const std::string& status, const std::string& label, int base) {
    const auto at = status.find(label + ":\t");
    if (at == std::string::npos)
        return 0;
    std::uint64_t number = 0;
    const char* digits = status.data() + at + label.size() + 2;
    std::from_chars(digits, status.data() + status.size(), number, base);
    return number;
}

/// Whether main has begun, which blocks SIGTERM first of all. While the program waits for signals
/// they do not show as blocked, but by then it has threads.
bool hasBegun(pid_t process) {
    const std::string folder = "/proc/" + std::to_string(process);
    std::error_code error;
    if (std::filesystem::read_symlink(folder + "/exe", error) != KUBECRED_BINARY)
        return false; // still the fork of this test
    const std::string status = readFile(folder + "/status");
    return (statusNumber(status, "SigBlk", 16) >> (SIGTERM - 1) & 1) != 0 ||
           statusNumber(status, "Threads", 10) > 1;
}

} // namespace

/// A signal that comes while the daemon is still starting is not lost.
class EarlyStopTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(EarlyStopTest);
    CPPUNIT_TEST(endsCleanlyAtEveryMomentOfItsStart);
    CPPUNIT_TEST(endsAtOnceWhereMainHasNotBegun);
    CPPUNIT_TEST_SUITE_END();

public:
    void setUp() override {
        writeFile(directory_.path() / "test.properties",
                  "modules=issuance,verification\n"
                  "http.address=127.0.0.1\nhttp.port=0\nshutdown.graceSeconds=0\n"
                  "database.driver=sqlite\ndatabase.migrateOnStart=true\ndatabase.path=" +
                      (directory_.path() / "test.db").string() + "\n");
    }

    void endsCleanlyAtEveryMomentOfItsStart() {
        for (int delay = 0; delay < 30; ++delay) {
            Process process = start();
            const Stopwatch stopwatch;
            while (!hasBegun(process.id())) {
                CPPUNIT_ASSERT(process.running());
                stopwatch.assertWithin(std::chrono::seconds(20));
            }
            assertEnds(process, milliseconds(delay), {0});
        }
    }

    // Before its first line of code the program can take no signal: that one ends it by itself.
    void endsAtOnceWhereMainHasNotBegun() {
        for (int delay = 0; delay < 30; ++delay) {
            Process process = start();
            assertEnds(process, milliseconds(delay), {0, 128 + SIGTERM});
        }
    }

private:
    Process start() const {
        Process::Options options;
        options.errors = directory_.path() / "errors";
        return {{KUBECRED_BINARY, "--config=" + (directory_.path() / "test.properties").string()},
                options};
    }

    void assertEnds(Process& process, milliseconds delay, const std::set<int>& allowed) const {
        std::this_thread::sleep_for(delay);
        const Stopwatch stopwatch;
        process.signal(SIGTERM);
        const int status = process.wait().value_or(-1);
        CPPUNIT_ASSERT_MESSAGE("after " + std::to_string(delay.count()) + " ms: " +
                                   std::to_string(status) + readFile(directory_.path() / "errors"),
                               allowed.contains(status));
        stopwatch.assertWithin(std::chrono::seconds(4));
    }

    TemporaryDirectory directory_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(EarlyStopTest);

} // namespace kubecred::test
