#include "functional/Expectations.h"
#include "support/Daemon.h"
#include "support/RawConnection.h"

#include <memory>

namespace kubecred::test {
namespace {

std::string issue(const std::string& name, const std::string& connection = "keep-alive") {
    return requestBytes("POST", "/issuance/credentials", issueBody(name),
                        {"Content-Type: application/json", "Connection: " + connection});
}

} // namespace

/// HTTP/1.1 and HTTP/1.0 as clients, proxies and load balancers speak them.
class HttpProtocolTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(HttpProtocolTest);
    CPPUNIT_TEST(aConnectionServesManyRequests);
    CPPUNIT_TEST(pipelinedRequestsAreAnsweredInOrder);
    CPPUNIT_TEST(theConnectionEndsWhenTheClientAsksForIt);
    CPPUNIT_TEST(http10EndsAfterOneAnswer);
    CPPUNIT_TEST(http10KeepsAliveWhenAsked);
    CPPUNIT_TEST(http10NeedsNoHost);
    CPPUNIT_TEST(headHasTheHeadersOfGetAndNoBody);
    CPPUNIT_TEST(aHalfClosedConnectionIsAnswered);
    CPPUNIT_TEST(aHalfClosedHalfRequestIsRefused);
    CPPUNIT_TEST(anEmptyLineBeforeARequestIsIgnored);
    CPPUNIT_TEST_SUITE_END();

public:
    void setUp() override { daemon_ = std::make_unique<Daemon>(DaemonOptions{sqliteProperties()}); }

    void tearDown() override { daemon_.reset(); }

    void aConnectionServesManyRequests() {
        RawConnection connection(daemon_->port());
        for (int i = 0; i < 20; ++i) {
            connection.send(requestBytes("GET", "/health"));
            const auto health = connection.receive();
            CPPUNIT_ASSERT_EQUAL(200, health.status);
            CPPUNIT_ASSERT_EQUAL(std::string("keep-alive"), health.header("connection"));
            CPPUNIT_ASSERT_EQUAL(std::string("timeout=74"), health.header("keep-alive"));
            connection.send(issue("Ada " + std::to_string(i)));
            CPPUNIT_ASSERT_EQUAL(201, connection.receive().status);
            connection.send(requestBytes("GET", "/nowhere"));
            CPPUNIT_ASSERT_EQUAL(404, connection.receive().status);
        }
        CPPUNIT_ASSERT(connection.staysSilent());
    }

    void pipelinedRequestsAreAnsweredInOrder() {
        std::string bytes;
        std::string expected;
        for (int i = 0; i < 10; ++i) {
            bytes += requestBytes("GET", "/health") + issue("Ada") +
                     requestBytes("GET", "/nowhere") + requestBytes("DELETE", "/health") +
                     requestBytes("OPTIONS", "/health");
            expected +=
                std::string(i > 0 ? " " : "") + "200 " + (i > 0 ? "409" : "201") + " 404 405 204";
        }
        CPPUNIT_ASSERT_EQUAL(expected, statusesOf(exchange(daemon_->port(), bytes)));
    }

    void theConnectionEndsWhenTheClientAsksForIt() {
        const auto answers = answersUntilClosed(
            daemon_->port(), {issue("Ada", "close") + requestBytes("GET", "/health")});
        CPPUNIT_ASSERT_EQUAL(std::string("201"), statusesOf(answers));
        CPPUNIT_ASSERT_EQUAL(std::string("close"), answers[0].header("connection"));
        CPPUNIT_ASSERT(!answers[0].has("keep-alive"));
    }

    void http10EndsAfterOneAnswer() {
        const auto answers = answersUntilClosed(
            daemon_->port(), {"GET /health HTTP/1.0\r\nHost: a\r\n\r\nGET / HTTP/1.0\r\n\r\n"});
        CPPUNIT_ASSERT_EQUAL(std::string("200"), statusesOf(answers));
        CPPUNIT_ASSERT_EQUAL(std::string("close"), answers[0].header("connection"));
        CPPUNIT_ASSERT(!answers[0].has("keep-alive"));
    }

    void http10KeepsAliveWhenAsked() {
        RawConnection connection(daemon_->port());
        for (int i = 0; i < 3; ++i) {
            connection.send("GET /health HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n");
            const auto answer = connection.receive();
            CPPUNIT_ASSERT_EQUAL(200, answer.status);
            CPPUNIT_ASSERT_EQUAL(std::string("keep-alive"), answer.header("connection"));
            CPPUNIT_ASSERT_EQUAL(std::string("timeout=74"), answer.header("keep-alive"));
        }
        CPPUNIT_ASSERT(connection.staysSilent());
    }

    void http10NeedsNoHost() {
        const std::string body = issueBody("Ada");
        const std::string head = "POST /issuance/credentials HTTP/1.0\r\nContent-Type: "
                                 "application/json\r\n";
        const std::string length = "Content-Length: " + std::to_string(body.size());
        CPPUNIT_ASSERT_EQUAL(std::string("201"), closed(head + length + "\r\n\r\n" + body));
        CPPUNIT_ASSERT_EQUAL(std::string("411"), closed(head + "\r\n" + body));
    }

    void headHasTheHeadersOfGetAndNoBody() {
        daemon_->waitForStatus("healthy"); // or it may become so between the two answers
        const auto get = request(daemon_->port(), "GET", "/health");
        RawConnection connection(daemon_->port());
        for (const std::string path : {"/health", "/nowhere", "/issuance/credentials"}) {
            connection.send(requestBytes("HEAD", path));
            const auto head = connection.receive(true);
            CPPUNIT_ASSERT_EQUAL(path == "/health"    ? 200
                                 : path == "/nowhere" ? 404
                                                      : 405,
                                 head.status);
            CPPUNIT_ASSERT(std::stoi(head.header("content-length")) > 0);
            if (path == "/health")
                CPPUNIT_ASSERT_EQUAL(get.header("content-length"), head.header("content-length"));
        }
        CPPUNIT_ASSERT(connection.staysSilent());
    }

    void aHalfClosedConnectionIsAnswered() {
        const auto answers = exchange(daemon_->port(), issue("Ada") + issue("Ada"));
        CPPUNIT_ASSERT_EQUAL(std::string("201 409"), statusesOf(answers));
    }

    void aHalfClosedHalfRequestIsRefused() {
        const std::string bytes = issue("Ada");
        for (const std::size_t missing : {1U, 60U, 150U})
            CPPUNIT_ASSERT_EQUAL(
                std::string("400"),
                statusesOf(exchange(daemon_->port(), bytes.substr(0, bytes.size() - missing))));
        CPPUNIT_ASSERT_EQUAL(std::string(), statusesOf(exchange(daemon_->port(), "")));
        CPPUNIT_ASSERT_EQUAL(std::string("201"), statusesOf(exchange(daemon_->port(), bytes)));
    }

    void anEmptyLineBeforeARequestIsIgnored() {
        CPPUNIT_ASSERT_EQUAL(
            std::string("201 200"),
            statusesOf(
                exchange(daemon_->port(), issue("Ada") + "\r\n" + requestBytes("GET", "/health"))));
    }

private:
    std::string closed(const std::string& bytes) const {
        return statusesOf(answersUntilClosed(daemon_->port(), {bytes}));
    }

    std::unique_ptr<Daemon> daemon_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(HttpProtocolTest);

} // namespace kubecred::test
