#include "functional/Expectations.h"
#include "support/Daemon.h"
#include "support/RawConnection.h"

#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <fstream>
#include <thread>

namespace kubecred::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

std::map<std::string, std::string> propertiesWithGrace(const std::string& graceSeconds) {
    return sqliteProperties({{"shutdown.graceSeconds", graceSeconds}});
}

pid_t childOf(pid_t parent) {
    const std::string id = std::to_string(parent);
    std::ifstream children("/proc/" + id + "/task/" + id + "/children");
    pid_t child = 0;
    children >> child;
    return child;
}

// Root may make a namespace of processes; others make one of users around it.
std::vector<std::string> asProcessOne() {
    std::vector<std::string> command{"unshare", "--pid", "--fork", "--kill-child"};
    if (geteuid() != 0)
        command.insert(command.end(), {"--user", "--map-root-user"});
    return command;
}

} // namespace

/// How a running daemon ends.
class StopTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(StopTest);
    CPPUNIT_TEST(endsWithZeroOnSigterm);
    CPPUNIT_TEST(skipsTheGraceOnSigint);
    CPPUNIT_TEST(servesDuringTheGrace);
    CPPUNIT_TEST(endsByItselfAfterTheGrace);
    CPPUNIT_TEST(idleConnectionsDoNotHoldItUp);
    CPPUNIT_TEST(endsWhileTheDatabaseIsDown);
    CPPUNIT_TEST(endsAsProcessOne);
    CPPUNIT_TEST(endsThoughOthersGoOnConnecting);
    CPPUNIT_TEST(aSecondSignalEndsTheWaitForRequests);
    CPPUNIT_TEST_SUITE_END();

public:
    void endsWithZeroOnSigterm() {
        Daemon daemon({sqliteProperties()});
        const Stopwatch stopwatch;
        CPPUNIT_ASSERT_EQUAL(0, daemon.stop());
        stopwatch.assertWithin(seconds(3));
        CPPUNIT_ASSERT_EQUAL(std::string(), daemon.errors());
    }

    void skipsTheGraceOnSigint() {
        Daemon daemon({propertiesWithGrace("60")});
        assertEndsSoonOn(SIGINT, daemon);
    }

    void servesDuringTheGrace() {
        Daemon daemon({propertiesWithGrace("60")});
        daemon.waitForStatus("healthy");
        RawConnection kept(daemon.port());
        kept.send("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n");
        CPPUNIT_ASSERT_EQUAL(200, kept.receive().status);

        daemon.process().signal(SIGTERM);
        daemon.waitForStatus("draining");
        for (const char* path : {"/health", "/issuance/health", "/verification/health"}) {
            const auto health = request(daemon.port(), "GET", path);
            CPPUNIT_ASSERT_EQUAL(503, health.status);
            CPPUNIT_ASSERT_EQUAL(std::string("draining"), health.text("status"));
        }
        const auto issued = post(daemon.port(), "/issuance/credentials", issueBody("Ada"));
        CPPUNIT_ASSERT_EQUAL(201, issued.status);
        CPPUNIT_ASSERT_EQUAL(std::string("close"), issued.header("connection"));
        kept.send("GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n");
        const auto last = kept.receive();
        CPPUNIT_ASSERT_EQUAL(404, last.status);
        CPPUNIT_ASSERT_EQUAL(std::string("close"), last.header("connection"));
        CPPUNIT_ASSERT_EQUAL(std::string(), kept.receiveUntilClosed());

        assertEndsSoonOn(SIGTERM, daemon);
    }

    void endsByItselfAfterTheGrace() {
        Daemon daemon({propertiesWithGrace("1")});
        daemon.process().signal(SIGTERM);
        CPPUNIT_ASSERT(!daemon.process().wait(milliseconds(700)));
        const Stopwatch stopwatch;
        CPPUNIT_ASSERT_EQUAL(0, daemon.process().wait().value_or(-1));
        stopwatch.assertWithin(seconds(3));
    }

    void idleConnectionsDoNotHoldItUp() {
        Daemon daemon({sqliteProperties()});
        RawConnection used(daemon.port());
        used.send("GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n");
        used.receive();
        RawConnection fresh(daemon.port());
        assertEndsSoonOn(SIGTERM, daemon);
        CPPUNIT_ASSERT_EQUAL(std::string(), used.receiveUntilClosed());
        CPPUNIT_ASSERT_EQUAL(std::string(), fresh.receiveUntilClosed());
    }

    void endsWhileTheDatabaseIsDown() {
        Daemon daemon({postgresProperties(freePort(), "nothing")});
        daemon.waitForStatus("degraded");
        assertEndsSoonOn(SIGTERM, daemon);
    }

    void endsAsProcessOne() {
        for (const int signal : {SIGTERM, SIGINT}) {
            Daemon daemon({sqliteProperties(), {}, {}, asProcessOne()});
            const pid_t program = childOf(daemon.process().id());
            CPPUNIT_ASSERT(program > 0);
            CPPUNIT_ASSERT_EQUAL(0, ::kill(program, signal));
            const Stopwatch stopwatch;
            CPPUNIT_ASSERT_EQUAL(0, daemon.process().wait().value_or(-1));
            stopwatch.assertWithin(seconds(3));
            assertContains(daemon.log(), "\"stopped\"");
        }
    }

    // Also where the kernel lets this user close no port to new connections but by closing it.
    void endsThoughOthersGoOnConnecting() {
        for (const bool isUnprivileged : {false, true}) {
            Daemon daemon({.properties = sqliteProperties(), .isUnprivileged = isUnprivileged});
            daemon.waitForStatus("healthy");
            std::atomic<bool> ended = false;
            std::thread others([&] {
                while (!ended) {
                    connectOnce(daemon.port());
                    std::this_thread::sleep_for(milliseconds(20));
                }
            });
            daemon.process().signal(SIGTERM);
            const Stopwatch stopwatch;
            const auto status = daemon.process().wait();
            ended = true;
            others.join();
            CPPUNIT_ASSERT_EQUAL(0, status.value_or(-1));
            stopwatch.assertWithin(seconds(6));
        }
    }

    void aSecondSignalEndsTheWaitForRequests() {
        Daemon daemon({sqliteProperties(
            {{"shutdown.timeoutSeconds", "60"}, {"http.requestTimeoutSeconds", "60"}})});
        RawConnection sending(daemon.port());
        sending.send("POST /issuance/credentials HTTP/1.1\r\n");
        CPPUNIT_ASSERT(sending.staysSilent());
        daemon.process().signal(SIGTERM);
        CPPUNIT_ASSERT(!daemon.process().wait(milliseconds(2000)));
        assertEndsSoonOn(SIGTERM, daemon);
        CPPUNIT_ASSERT_EQUAL(std::string(), sending.receiveUntilClosed());
    }

private:
    // Some are refused, or closed at once.
    static void connectOnce(int port) {
        try {
            const RawConnection connection(port);
        } catch (const Poco::Exception&) {
        }
    }

    static void assertEndsSoonOn(int signal, Daemon& daemon) {
        const Stopwatch stopwatch;
        daemon.process().signal(signal);
        CPPUNIT_ASSERT_EQUAL(0, daemon.process().wait().value_or(-1));
        stopwatch.assertWithin(seconds(3));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(StopTest);

} // namespace kubecred::test
