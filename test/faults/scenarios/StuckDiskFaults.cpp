#include "functional/Expectations.h"
#include "support/Daemon.h"
#include "support/RawConnection.h"

#include <signal.h>

#include <filesystem>
#include <thread>

namespace kubecred::test {

using std::chrono::seconds;

/// A disk that takes what is written and never says so: a thread waits for it that nobody can wake.
class StuckDiskFaults : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(StuckDiskFaults);
    CPPUNIT_TEST(requestsEndInTimeAndSoDoesTheService);
    CPPUNIT_TEST(asManySignalsAsItTakes);
    CPPUNIT_TEST(worksOnOnceTheDiskDoes);
    CPPUNIT_TEST_SUITE_END();

public:
    void requestsEndInTimeAndSoDoesTheService() {
        Daemon daemon(onStuckDisk());
        getStuck(daemon);
        for (int i = 0; i < 2; ++i) {
            const Stopwatch stopwatch;
            CPPUNIT_ASSERT_EQUAL(503, issue(daemon, "Ada").status);
            CPPUNIT_ASSERT_EQUAL(200, request(daemon.port(), "GET", "/health").status);
            CPPUNIT_ASSERT_EQUAL(404, verify(daemon).status);
            stopwatch.assertWithin(seconds(5));
        }
        assertEnds(daemon, 0, seconds(7));
        assertContains(daemon.log(), "does not end");
        assertContains(daemon.log(), "\"stopped\"");
    }

    // Each ends what the service waits for at the moment.
    void asManySignalsAsItTakes() {
        auto options = onStuckDisk();
        options.properties["issuance.timeoutMs"] = "10000";
        options.properties["shutdown.graceSeconds"] = "60";
        options.properties["shutdown.timeoutSeconds"] = "60";
        Daemon daemon(options);
        getStuck(daemon);
        RawConnection waiting(daemon.port());
        waiting.send(requestBytes("POST", "/issuance/credentials", issueBody("Ada"),
                                  {"Content-Type: application/json"}));
        CPPUNIT_ASSERT(waiting.staysSilent());
        const Stopwatch stopwatch;
        for (int i = 0; i < 3; ++i) {
            daemon.process().signal(SIGTERM);
            CPPUNIT_ASSERT(!daemon.process().wait(std::chrono::milliseconds(1500)));
        }
        daemon.process().signal(SIGTERM);
        CPPUNIT_ASSERT_EQUAL(1, daemon.process().wait(seconds(5)).value_or(-1)); // unanswered
        stopwatch.assertWithin(seconds(9));
    }

    void worksOnOnceTheDiskDoes() {
        Daemon daemon(onStuckDisk());
        getStuck(daemon);
        std::filesystem::remove(stuck_);
        const Stopwatch stopwatch;
        while (issue(daemon, "Ada").status == 503)
            stopwatch.assertWithin(seconds(10));
        assertEnds(daemon, 0, seconds(4));
        assertLacks(daemon.log(), "does not end");
    }

private:
    DaemonOptions onStuckDisk() const {
        return {sqliteProperties(),
                {{"LD_PRELOAD", KUBECRED_TEST_MODULES "/stuck_disk.so"},
                 {"STUCK_DISK", stuck_.string()}}};
    }

    // The one thread that writes waits for the disk from then on.
    void getStuck(Daemon& daemon) const {
        daemon.waitForStatus("healthy");
        CPPUNIT_ASSERT_EQUAL(201, issue(daemon, "before").status);
        writeFile(stuck_, "");
        RawConnection first(daemon.port());
        first.send(requestBytes("POST", "/issuance/credentials", issueBody("first"),
                                {"Content-Type: application/json"}));
        CPPUNIT_ASSERT(first.staysSilent());
    }

    static HttpAnswer issue(Daemon& daemon, const std::string& name) {
        return post(daemon.port(), "/issuance/credentials", issueBody(name));
    }

    static HttpAnswer verify(Daemon& daemon) {
        return post(daemon.port(), "/verification/credentials",
                    verifyBody("0190a5b0-0000-7000-8000-000000000001"));
    }

    static void assertEnds(Daemon& daemon, int status, seconds most) {
        const Stopwatch stopwatch;
        CPPUNIT_ASSERT_EQUAL(status, daemon.stop());
        stopwatch.assertWithin(most);
    }

    const TemporaryDirectory directory_;
    const std::filesystem::path stuck_ = directory_.path() / "stuck";
};

CPPUNIT_TEST_SUITE_REGISTRATION(StuckDiskFaults);

} // namespace kubecred::test
