#include "functional/Expectations.h"
#include "support/Daemon.h"

#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/StreamSocket.h>

#include <signal.h>

#include <atomic>
#include <thread>

namespace kubecred::test {
namespace {

// The promise is two seconds; the rest is for a busy machine to start a process in.
constexpr std::chrono::milliseconds promised{3500};

/// Answers whoever connects first with one byte now and then, for ever.
class DrippingServer {
public:
    ~DrippingServer() {
        stopping_ = true;
        thread_.join();
    }

    int port() const { return socket_.address().port(); }

private:
    void drip() {
        while (!stopping_ &&
               !socket_.poll(Poco::Timespan(0, 50'000), Poco::Net::Socket::SELECT_READ)) {
        }
        if (stopping_)
            return;
        auto connection = socket_.acceptConnection();
        const std::string head = "HTTP/1.1 200 OK\r\nX-Slow: ";
        try {
            for (std::size_t sent = 0; !stopping_; ++sent) {
                connection.sendBytes(sent < head.size() ? &head[sent] : "x", 1);
                std::this_thread::sleep_for(std::chrono::milliseconds(100));
            }
        } catch (const Poco::Exception&) { // the other side has had enough
        }
    }

    Poco::Net::ServerSocket socket_{Poco::Net::SocketAddress("127.0.0.1", 0)};
    std::atomic<bool> stopping_{false};
    std::thread thread_{[this] { drip(); }};
};

} // namespace

/// `--healthcheck`, by which a container's runtime watches the daemon beside it.
class HealthcheckTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(HealthcheckTest);
    CPPUNIT_TEST(passesWhileHealthy);
    CPPUNIT_TEST(passesWhileDegraded);
    CPPUNIT_TEST(failsWhileDraining);
    CPPUNIT_TEST(needsNoConfiguration);
    CPPUNIT_TEST(failsWithoutADaemon);
    CPPUNIT_TEST(failsInTimeWhereNothingIsAnswered);
    CPPUNIT_TEST(failsInTimeWhereTheAnswerDrips);
    CPPUNIT_TEST_SUITE_END();

public:
    void passesWhileHealthy() {
        Daemon daemon({sqliteProperties()});
        daemon.waitForStatus("healthy");
        CPPUNIT_ASSERT_EQUAL(0, healthcheck(daemon.port()));
    }

    void passesWhileDegraded() {
        Daemon daemon({postgresProperties(freePort(), "nothing")});
        daemon.waitForStatus("degraded");
        CPPUNIT_ASSERT_EQUAL(0, healthcheck(daemon.port()));
    }

    void failsWhileDraining() {
        auto properties = sqliteProperties();
        properties["shutdown.graceSeconds"] = "60";
        Daemon daemon({properties});
        daemon.process().signal(SIGTERM);
        daemon.waitForStatus("draining");
        CPPUNIT_ASSERT_EQUAL(1, healthcheck(daemon.port()));
    }

    void needsNoConfiguration() {
        Daemon daemon({sqliteProperties()});
        daemon.waitForStatus("healthy");
        const auto check = [](const std::string& port) {
            Process::Options options;
            options.environment = {{"PORT", port}};
            return runToEnd({KUBECRED_BINARY, "--healthcheck"}, options).status;
        };
        CPPUNIT_ASSERT_EQUAL(0, check(std::to_string(daemon.port())));
        CPPUNIT_ASSERT_EQUAL(1, check(std::to_string(freePort())));
        CPPUNIT_ASSERT_EQUAL(78, check("a port"));
    }

    void failsWithoutADaemon() { CPPUNIT_ASSERT_EQUAL(1, healthcheck(freePort())); }

    void failsInTimeWhereNothingIsAnswered() {
        const Poco::Net::ServerSocket silent(Poco::Net::SocketAddress("127.0.0.1", 0));
        CPPUNIT_ASSERT_EQUAL(1, healthcheck(silent.address().port()));
    }

    void failsInTimeWhereTheAnswerDrips() {
        const DrippingServer server;
        CPPUNIT_ASSERT_EQUAL(1, healthcheck(server.port()));
    }

private:
    static int healthcheck(int port) {
        auto properties = sqliteProperties();
        properties["http.address"] = "0.0.0.0"; // asked on loopback nevertheless
        properties["http.port"] = std::to_string(port);
        const Stopwatch stopwatch;
        const int status = runProgram(properties, {"--healthcheck"}).status;
        stopwatch.assertWithin(promised);
        return status;
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(HealthcheckTest);

} // namespace kubecred::test
