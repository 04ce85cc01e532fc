#include "functional/Expectations.h"
#include "support/Daemon.h"
#include "support/RawConnection.h"

#include <memory>

namespace kubecred::test {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

const std::string head = "POST /issuance/credentials HTTP/1.1\r\nHost: a\r\n";

} // namespace

/// Nobody holds a connection for longer than allowed, however the bytes are dripped.
class HttpTimeoutTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(HttpTimeoutTest);
    CPPUNIT_TEST(aSlowSenderIsCutAtTheDeadline);
    CPPUNIT_TEST(aSilentSenderIsCutAtTheDeadline);
    CPPUNIT_TEST(anIdleConnectionIsClosed);
    CPPUNIT_TEST(anIdleConnectionIsClosedAfterAnAnswer);
    CPPUNIT_TEST(eachRequestHasADeadlineOfItsOwn);
    CPPUNIT_TEST_SUITE_END();

public:
    void setUp() override {
        daemon_ = std::make_unique<Daemon>(DaemonOptions{sqliteProperties(
            {{"http.requestTimeoutSeconds", "1"}, {"http.idleTimeoutSeconds", "1"}})});
    }

    void tearDown() override { daemon_.reset(); }

    // All at once, since each takes the whole deadline.
    void aSlowSenderIsCutAtTheDeadline() {
        const std::vector<std::pair<std::string, std::string>> senders{
            {"header", "GET /health HTTP/1.1\r\nX-Slow: "},
            {"body with a length", head + "Content-Length: 1000\r\n\r\n"},
            {"chunk", head + "Transfer-Encoding: chunked\r\n\r\n200\r\n"},
            {"chunk extension", head + "Transfer-Encoding: chunked\r\n\r\n5;a="},
        };
        std::vector<std::unique_ptr<RawConnection>> connections;
        const auto began = steady_clock::now();
        for (const auto& [what, bytes] : senders) {
            connections.push_back(std::make_unique<RawConnection>(daemon_->port()));
            connections.back()->send(bytes);
        }
        for (std::size_t i = 0; i < senders.size(); ++i) {
            // The others go on as well, so that none is cut for being silent.
            while (connections[i]->staysSilent(milliseconds(50))) {
                for (std::size_t other = i; other < senders.size(); ++other)
                    connections[other]->send("a");
                CPPUNIT_ASSERT_MESSAGE(senders[i].first,
                                       steady_clock::now() - began < std::chrono::seconds(8));
            }
            CPPUNIT_ASSERT(steady_clock::now() - began > milliseconds(900));
            CPPUNIT_ASSERT_EQUAL_MESSAGE(senders[i].first, 408, connections[i]->receive().status);
            CPPUNIT_ASSERT_EQUAL(std::string(), connections[i]->receiveUntilClosed());
        }
    }

    void aSilentSenderIsCutAtTheDeadline() {
        RawConnection invited(daemon_->port());
        invited.send(head + "Expect: 100-continue\r\nContent-Length: 5\r\n\r\n");
        RawConnection silent(daemon_->port());
        silent.send("G");
        CPPUNIT_ASSERT_EQUAL(100, invited.receive().status);
        CPPUNIT_ASSERT_EQUAL(std::string("408"), statusesOf(readAnswers(untilClosed(silent))));
        CPPUNIT_ASSERT_EQUAL(std::string("408"), statusesOf(readAnswers(untilClosed(invited))));
    }

    void anIdleConnectionIsClosed() {
        const auto began = steady_clock::now();
        RawConnection connection(daemon_->port());
        CPPUNIT_ASSERT_EQUAL(std::string(), untilClosed(connection));
        CPPUNIT_ASSERT(steady_clock::now() - began > milliseconds(900));
    }

    void anIdleConnectionIsClosedAfterAnAnswer() {
        RawConnection connection(daemon_->port());
        connection.send(requestBytes("GET", "/health"));
        CPPUNIT_ASSERT_EQUAL(200, connection.receive().status);
        CPPUNIT_ASSERT_EQUAL(std::string(), untilClosed(connection));
    }

    void eachRequestHasADeadlineOfItsOwn() {
        RawConnection connection(daemon_->port());
        for (int i = 0; i < 4; ++i) {
            connection.send("GET /health HTTP/1.1\r\n");
            CPPUNIT_ASSERT(connection.staysSilent(milliseconds(400)));
            connection.send("Host: a\r\n\r\n");
            CPPUNIT_ASSERT_EQUAL(200, connection.receive().status);
        }
    }

private:
    static std::string untilClosed(RawConnection& connection) {
        return connection.receiveUntilClosed(std::chrono::seconds(8));
    }

    std::unique_ptr<Daemon> daemon_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(HttpTimeoutTest);

} // namespace kubecred::test
