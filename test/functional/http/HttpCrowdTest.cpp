#include "functional/Expectations.h"
#include "support/Daemon.h"
#include "support/Eventually.h"
#include "support/ProcessStatus.h"
#include "support/RawConnection.h"

#include <Poco/Exception.h>

#include <atomic>
#include <memory>
#include <thread>
#include <utility>

namespace kubecred::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

using Connections = std::vector<std::unique_ptr<RawConnection>>;

Connections open(int port, int count, const std::string& bytes = {}) {
    Connections connections;
    for (int i = 0; i < count; ++i) {
        connections.push_back(std::make_unique<RawConnection>(port));
        connections.back()->send(bytes);
    }
    return connections;
}

// Sends requests and reads no answer until the other side cuts it off, or the test has had enough.
bool isCutOff(int port, const std::atomic<bool>& enough) {
    Poco::Net::StreamSocket socket(
        Poco::Net::SocketAddress("127.0.0.1", static_cast<Poco::UInt16>(port)));
    socket.setSendTimeout(Poco::Timespan(20, 0));
    const std::string request = requestBytes("GET", "/health");
    std::string bytes;
    for (int i = 0; i < 100; ++i)
        bytes += request;
    try {
        while (!enough)
            socket.sendBytes(bytes.data(), static_cast<int>(bytes.size()));
    } catch (const Poco::TimeoutException&) {
        return false;
    } catch (const Poco::Exception&) {
        return true;
    }
    return false;
}

} // namespace

/// Many clients, slow ones and rude ones, on two workers: the others do not feel them.
class HttpCrowdTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(HttpCrowdTest);
    CPPUNIT_TEST(idleConnectionsCostNoThreadAndDelayNobody);
    CPPUNIT_TEST(slowSendersDelayNobody);
    CPPUNIT_TEST(aClientThatNeverReadsIsCutOffAndDelaysNobody);
    CPPUNIT_TEST(clientsThatLeaveInTheMiddleDoNoHarm);
    CPPUNIT_TEST(connectionsBeyondTheLimitAreTurnedAway);
    CPPUNIT_TEST_SUITE_END();

public:
    void tearDown() override { daemon_.reset(); }

    void idleConnectionsCostNoThreadAndDelayNobody() {
        start({});
        const int threads = settledThreads();
        CPPUNIT_ASSERT(threads > 2);
        auto idle = open(daemon_->port(), 300);
        assertHealthIsPrompt();
        for (auto& connection : idle)
            connection->send(requestBytes("GET", "/health"));
        for (auto& connection : idle)
            CPPUNIT_ASSERT_EQUAL(200, connection->receive().status);
        assertHealthIsPrompt();
        CPPUNIT_ASSERT_EQUAL(threads, threadsOf(daemon_->process().id()));
    }

    void slowSendersDelayNobody() {
        start({});
        const std::string body = issueBody("Ada");
        auto slow = open(daemon_->port(), 25, "GET /health HTTP/1.1\r\nX-Slow: ");
        auto posts = open(daemon_->port(), 25,
                          "POST /issuance/credentials HTTP/1.1\r\nHost: a\r\n"
                          "Content-Type: application/json\r\nContent-Length: " +
                              std::to_string(body.size()) + "\r\n\r\n" + body.substr(0, 1));
        std::move(posts.begin(), posts.end(), std::back_inserter(slow));
        for (int round = 0; round < 5; ++round) {
            for (auto& connection : slow)
                connection->send("a");
            assertHealthIsPrompt();
        }
    }

    void aClientThatNeverReadsIsCutOffAndDelaysNobody() {
        start({{"http.requestTimeoutSeconds", "1"}, {"log.level", "error"}});
        std::atomic<bool> enough = false;
        bool cutOff = false;
        std::thread rude([&] { cutOff = isCutOff(daemon_->port(), enough); });
        const auto deadline = steady_clock::now() + seconds(20);
        bool prompt = true;
        for (int i = 0; i < 20; ++i) {
            prompt = prompt && isHealthPrompt();
            std::this_thread::sleep_for(milliseconds(20));
        }
        std::thread alarm([&] {
            while (!enough && steady_clock::now() < deadline)
                std::this_thread::sleep_for(milliseconds(20));
            enough = true;
        });
        rude.join();
        enough = true;
        alarm.join();
        CPPUNIT_ASSERT(prompt);
        CPPUNIT_ASSERT(cutOff);
    }

    void clientsThatLeaveInTheMiddleDoNoHarm() {
        start({});
        const std::string bytes = requestBytes("POST", "/issuance/credentials", issueBody("Ada"),
                                               {"Content-Type: application/json"});
        for (std::size_t length = 0; length < bytes.size(); length += 2)
            open(daemon_->port(), 1, bytes.substr(0, length));
        const std::string whole = requestBytes("GET", "/health");
        open(daemon_->port(), 50, whole + whole + whole + "GET");
        assertHealthIsPrompt();
        CPPUNIT_ASSERT(daemon_->process().running());
        CPPUNIT_ASSERT_EQUAL(
            201, post(daemon_->port(), "/issuance/credentials", issueBody("Ada")).status);
        CPPUNIT_ASSERT_EQUAL(0, daemon_->stop());
    }

    void connectionsBeyondTheLimitAreTurnedAway() {
        start({{"http.maxConnections", "20"}});
        std::this_thread::sleep_for(milliseconds(300)); // until those of the start are gone
        auto held = open(daemon_->port(), 20, requestBytes("GET", "/health"));
        for (auto& connection : held)
            CPPUNIT_ASSERT_EQUAL(200, connection->receive().status);
        for (const std::string& bytes : {std::string(), requestBytes("GET", "/health")}) {
            const auto answers = answersUntilClosed(daemon_->port(), {bytes});
            CPPUNIT_ASSERT_EQUAL(std::string("503"), statusesOf(answers));
            CPPUNIT_ASSERT(std::stoi(answers[0].header("retry-after")) > 0);
            CPPUNIT_ASSERT_EQUAL(answers[0].header("x-request-id"), answers[0].text("requestId"));
        }
        for (auto& connection : held) {
            connection->send(requestBytes("GET", "/health"));
            CPPUNIT_ASSERT_EQUAL(200, connection->receive().status);
        }
        held.clear();
        daemon_->waitForStatus("healthy");
    }

private:
    void start(const std::map<std::string, std::string>& more) {
        auto properties = sqliteProperties();
        properties["http.workers"] = "2";
        for (const auto& [key, value] : more)
            properties[key] = value;
        daemon_ = std::make_unique<Daemon>(DaemonOptions{properties});
    }

    // Sessions with the database are opened one after the other, each with a thread where it is
    // SQLite.
    int settledThreads() const {
        int threads = 0;
        CPPUNIT_ASSERT(eventually([&] {
            const int before = std::exchange(threads, threadsOf(daemon_->process().id()));
            std::this_thread::sleep_for(std::chrono::milliseconds(200));
            return threads == before;
        }));
        return threads;
    }

    // Far less than the deadlines by which somebody else could hold a worker.
    bool isHealthPrompt() const {
        const auto began = steady_clock::now();
        return request(daemon_->port(), "GET", "/health").status == 200 &&
               steady_clock::now() - began < seconds(3);
    }

    void assertHealthIsPrompt() const { CPPUNIT_ASSERT(isHealthPrompt()); }

    std::unique_ptr<Daemon> daemon_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(HttpCrowdTest);

} // namespace kubecred::test
