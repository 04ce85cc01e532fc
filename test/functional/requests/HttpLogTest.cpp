#include "functional/Expectations.h"
#include "support/Daemon.h"
#include "support/RawConnection.h"

#include <Poco/JSON/Parser.h>

#include <chrono>
#include <map>
#include <memory>

namespace kubecred::test {
namespace {

using Poco::JSON::Object;

std::vector<Object::Ptr> parsed(const std::vector<std::string>& lines) {
    std::vector<Object::Ptr> events;
    for (const auto& line : lines)
        events.push_back(Poco::JSON::Parser().parse(line).extract<Object::Ptr>());
    return events;
}

// Only a request has an id.
std::vector<Object::Ptr> requestsIn(const Daemon& daemon) {
    auto events = parsed(daemon.logLines());
    std::erase_if(events, [](const auto& event) { return !event->has("requestId"); });
    return events;
}

std::string withId(const std::string& id) { return "X-Request-Id: " + id; }

} // namespace

/// The log: one JSON object a line, one line a request, nothing personal.
class HttpLogTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(HttpLogTest);
    CPPUNIT_TEST(everyLineIsAnObjectWithTheCommonMembers);
    CPPUNIT_TEST(eachRequestIsOneLine);
    CPPUNIT_TEST(aRequestSaysWhatHappened);
    CPPUNIT_TEST(aRefusedRequestIsOneLine);
    CPPUNIT_TEST(whoLeavesAtOnceIsNoError);
    CPPUNIT_TEST(debugLogsRequestsToo);
    CPPUNIT_TEST(errorLogsOnlyWhatIsOurs);
    CPPUNIT_TEST_SUITE_END();

public:
    void setUp() override {
        daemon_ = std::make_unique<Daemon>(
            DaemonOptions{sqliteProperties(), {{"WORKER_ID", "worker-7"}}});
        daemon_->waitForStatus("healthy");
    }

    void tearDown() override { daemon_.reset(); }

    void everyLineIsAnObjectWithTheCommonMembers() {
        request(daemon_->port(), "GET", "/nowhere");
        exchange(daemon_->port(), "nonsense\r\n\r\n");
        CPPUNIT_ASSERT_EQUAL(0, daemon_->stop());
        const auto events = parsed(daemon_->logLines());
        CPPUNIT_ASSERT(events.size() > 4);
        for (const auto& event : events) {
            const auto timestamp = event->getValue<std::string>("timestamp");
            CPPUNIT_ASSERT_EQUAL(std::size_t(24), timestamp.size());
            CPPUNIT_ASSERT(timestamp.ends_with('Z'));
            const auto level = event->getValue<std::string>("level");
            CPPUNIT_ASSERT(level == "info" || level == "warn" || level == "error");
            CPPUNIT_ASSERT(!event->getValue<std::string>("message").empty());
            CPPUNIT_ASSERT_EQUAL(std::string("kube-credential"),
                                 event->getValue<std::string>("service"));
            CPPUNIT_ASSERT_EQUAL(std::string("worker-7"), event->getValue<std::string>("workerId"));
        }
    }

    void eachRequestIsOneLine() {
        RawConnection connection(daemon_->port());
        const std::vector<std::string> paths{"/health", "/nowhere", "/issuance/credentials"};
        for (int i = 0; i < 30; ++i)
            connection.send(requestBytes("GET", paths[static_cast<std::size_t>(i) % 3], {},
                                         {withId("line-" + std::to_string(i))}));
        for (int i = 0; i < 30; ++i)
            connection.receive();
        std::map<std::string, int> lines;
        for (const auto& event : requestsIn(*daemon_))
            ++lines[event->getValue<std::string>("requestId")];
        for (int i = 0; i < 30; ++i)
            CPPUNIT_ASSERT_EQUAL(1, lines["line-" + std::to_string(i)]);
    }

    void aRequestSaysWhatHappened() {
        request(daemon_->port(), "POST", "/issuance/credentials/?a=b", {}, {withId("first")});
        const auto event = lastRequest();
        CPPUNIT_ASSERT_EQUAL(std::string("info"), event->getValue<std::string>("level"));
        CPPUNIT_ASSERT_EQUAL(std::string("first"), event->getValue<std::string>("requestId"));
        CPPUNIT_ASSERT_EQUAL(std::string("POST"), event->getValue<std::string>("method"));
        CPPUNIT_ASSERT_EQUAL(std::string("/issuance/credentials"),
                             event->getValue<std::string>("route"));
        CPPUNIT_ASSERT_EQUAL(400, event->getValue<int>("status"));
        CPPUNIT_ASSERT_EQUAL(std::string("127.0.0.1"), event->getValue<std::string>("clientIp"));
        const auto duration = event->getValue<double>("durationMs");
        CPPUNIT_ASSERT(duration >= 0 && duration < 10000);
        CPPUNIT_ASSERT(!event->has("traceparent"));
    }

    void aRefusedRequestIsOneLine() {
        const std::string head = "POST /issuance/credentials HTTP/1.1\r\nHost: a\r\n";
        for (const auto& [status, bytes] : std::map<int, std::string>{
                 {400, "nonsense\r\n\r\n"},
                 {411, "POST /issuance/credentials HTTP/1.0\r\n\r\n"},
                 {413, head + "Content-Length: 102401\r\n\r\n"},
                 {431, "GET /health HTTP/1.1\r\nX: " + std::string(20000, 'a') + "\r\n\r\n"}}) {
            const auto before = requestsIn(*daemon_).size();
            const auto answers = answersUntilClosed(daemon_->port(), {bytes});
            CPPUNIT_ASSERT_EQUAL(std::to_string(status), statusesOf(answers));
            CPPUNIT_ASSERT_EQUAL(before + 1, requestsIn(*daemon_).size());
            CPPUNIT_ASSERT_EQUAL(status, lastRequest()->getValue<int>("status"));
            CPPUNIT_ASSERT_EQUAL(answers[0].header("x-request-id"),
                                 lastRequest()->getValue<std::string>("requestId"));
        }
    }

    // Scanners greet as TLS clients do, and go.
    void whoLeavesAtOnceIsNoError() {
        using std::chrono::steady_clock;
        for (int i = 0; i < 3000; ++i) {
            RawConnection scanner(daemon_->port());
            scanner.send(i % 10 == 0 ? "GET /health HTTP/1.1\r\nHost: a\r\n\r\n" : "\x16\x03\x01");
            // Just before, while or just after it is answered.
            const auto end = steady_clock::now() + std::chrono::microseconds(i % 60);
            while (steady_clock::now() < end) {
            }
            scanner.reset();
        }
        request(daemon_->port(), "GET", "/health");
        CPPUNIT_ASSERT_EQUAL(0, daemon_->stop());
        for (const auto& event : parsed(daemon_->logLines()))
            CPPUNIT_ASSERT(event->getValue<std::string>("level") != "error");
    }

    void debugLogsRequestsToo() {
        Daemon daemon({sqliteProperties(), {{"LOG_LEVEL", "debug"}}});
        daemon.waitForStatus("healthy"); // no line of the start comes between any more
        request(daemon.port(), "GET", "/nowhere", {}, {withId("seen")});
        assertContains(daemon.logLines().back(), "\"seen\"");
        parsed(daemon.logLines());
    }

    void errorLogsOnlyWhatIsOurs() {
        Daemon daemon({postgresProperties(freePort(), "none"), {{"LOG_LEVEL", "error"}}});
        daemon.waitForStatus("degraded");
        request(daemon.port(), "GET", "/nowhere", {}, {withId("unseen")});
        CPPUNIT_ASSERT_EQUAL(
            503, post(daemon.port(), "/issuance/credentials", issueBody("Ada"), {withId("seen")})
                     .status);
        const auto events = requestsIn(daemon);
        CPPUNIT_ASSERT_EQUAL(std::size_t(1), events.size());
        CPPUNIT_ASSERT_EQUAL(std::string("seen"), events[0]->getValue<std::string>("requestId"));
        CPPUNIT_ASSERT_EQUAL(std::string("error"), events[0]->getValue<std::string>("level"));
        CPPUNIT_ASSERT_EQUAL(503, events[0]->getValue<int>("status"));
    }

private:
    Object::Ptr lastRequest() const { return requestsIn(*daemon_).back(); }

    std::unique_ptr<Daemon> daemon_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(HttpLogTest);

} // namespace kubecred::test
