#include "functional/Expectations.h"
#include "support/Daemon.h"
#include "support/RawConnection.h"

#include <memory>
#include <sstream>
#include <thread>

namespace kubecred::test {
namespace {

constexpr std::size_t bodyLimit = 102400;
constexpr std::size_t headerLimit = 16384;

// A request body of exactly this size: JSON may end in spaces.
std::string bodyOf(std::size_t size, const std::string& name) {
    std::string body = issueBody(name);
    body.resize(size, ' ');
    return body;
}

std::string chunkedPost(const std::string& body, std::size_t chunkSize) {
    std::ostringstream bytes;
    bytes << "POST /issuance/credentials HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
          << "Content-Type: application/json\r\n\r\n"
          << std::hex;
    for (std::size_t from = 0; from < body.size(); from += chunkSize) {
        const auto chunk = body.substr(from, chunkSize);
        bytes << chunk.size() << "\r\n" << chunk << "\r\n";
    }
    bytes << "0\r\n\r\n";
    return bytes.str();
}

// A request whose header is exactly so long, with or without one long field.
std::string headerOf(std::size_t size, bool longTarget) {
    const std::string target = longTarget ? "/health?" : "/health";
    const std::string begin = "GET " + target;
    const std::string end = " HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX-Long: \r\n\r\n";
    const std::string padding(size - begin.size() - end.size(), 'a');
    if (longTarget)
        return begin + padding + end;
    return begin + end.substr(0, end.size() - 4) + padding + "\r\n\r\n";
}

std::string fields(int count) {
    std::string bytes = "GET /health HTTP/1.1\r\nHost: localhost\r\n";
    for (int i = 1; i < count; ++i)
        bytes += "X-Field: " + std::to_string(i) + "\r\n";
    return bytes + "\r\n";
}

} // namespace

/// The sizes up to which a request is accepted, and what comes beyond them.
class HttpLimitsTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(HttpLimitsTest);
    CPPUNIT_TEST(aBodyOfTheLimitIsAccepted);
    CPPUNIT_TEST(aBodyBeyondTheLimitIsRefused);
    CPPUNIT_TEST(aChunkedBodyOfTheLimitIsAccepted);
    CPPUNIT_TEST(aChunkedBodyBeyondTheLimitIsRefused);
    CPPUNIT_TEST(aHugeAnnouncementIsRefusedAtOnce);
    CPPUNIT_TEST(chunkOverheadIsBounded);
    CPPUNIT_TEST(theRefusalOfALargeBodyCanBeRead);
    CPPUNIT_TEST(aRefusedBodyMayBeSentToItsEnd);
    CPPUNIT_TEST(aHeaderOfTheLimitIsAccepted);
    CPPUNIT_TEST(aHeaderBeyondTheLimitIsRefused);
    CPPUNIT_TEST(aHeaderInPiecesHasTheSameLimit);
    CPPUNIT_TEST(aHeaderThatNeverEndsIsRefused);
    CPPUNIT_TEST(aHundredFieldsAreAccepted);
    CPPUNIT_TEST(moreFieldsAreRefused);
    CPPUNIT_TEST_SUITE_END();

public:
    void setUp() override { daemon_ = std::make_unique<Daemon>(DaemonOptions{sqliteProperties()}); }

    void tearDown() override { daemon_.reset(); }

    void aBodyOfTheLimitIsAccepted() {
        const auto answer = issue(bodyOf(bodyLimit, "Ada"));
        CPPUNIT_ASSERT_EQUAL(201, answer.status);
        CPPUNIT_ASSERT_EQUAL(std::string("Ada"), answer.text("credential.name"));
    }

    void aBodyBeyondTheLimitIsRefused() {
        CPPUNIT_ASSERT_EQUAL(413, issue(bodyOf(bodyLimit + 1, "Ada")).status);
        CPPUNIT_ASSERT_EQUAL(201, issue(issueBody("Ada")).status);
    }

    void aChunkedBodyOfTheLimitIsAccepted() {
        for (const std::size_t chunkSize : {std::size_t{1}, std::size_t{4096}, bodyLimit}) {
            const std::string body = bodyOf(bodyLimit, "Ada " + std::to_string(chunkSize));
            CPPUNIT_ASSERT_EQUAL(201, answerTo({chunkedPost(body, chunkSize)}).status);
        }
    }

    void aChunkedBodyBeyondTheLimitIsRefused() {
        for (const std::size_t chunkSize : {std::size_t{1}, std::size_t{4096}, bodyLimit + 1})
            CPPUNIT_ASSERT_EQUAL(std::string("413"),
                                 refusals(chunkedPost(bodyOf(bodyLimit + 1, "Ada"), chunkSize)));
        CPPUNIT_ASSERT_EQUAL(201, issue(issueBody("Ada")).status);
    }

    void aHugeAnnouncementIsRefusedAtOnce() {
        for (const std::string size : {"102401", "4294967296", "9223372036854775808"})
            CPPUNIT_ASSERT_EQUAL(std::string("413"),
                                 refusals("POST /issuance/credentials HTTP/1.1\r\nHost: a\r\n"
                                          "Content-Length: " +
                                          size + "\r\n\r\n"));
    }

    void chunkOverheadIsBounded() {
        const std::string head =
            "POST /issuance/credentials HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
        const std::string extension = "1;a=" + std::string(4000, 'b') + "\r\n{\r\n";
        std::string many = head;
        for (int i = 0; i < 250; ++i)
            many += extension;
        CPPUNIT_ASSERT_EQUAL(std::string("413"), refusals(many));
        const auto endless = head + "1;a=" + std::string(40000, 'b');
        CPPUNIT_ASSERT_EQUAL(std::string("413"), refusals(endless));
        const auto trailers = head + "0\r\nX: " + std::string(40000, 'b');
        CPPUNIT_ASSERT_EQUAL(std::string("431"), refusals(trailers));
    }

    void theRefusalOfALargeBodyCanBeRead() {
        RawConnection connection(daemon_->port());
        connection.send(requestBytes("POST", "/issuance/credentials", bodyOf(900000, "Ada")));
        CPPUNIT_ASSERT_EQUAL(413, connection.receive().status);
        CPPUNIT_ASSERT_EQUAL(std::string(), connection.receiveUntilClosed());
    }

    // Many clients, and proxies, read nothing before they have sent everything.
    void aRefusedBodyMayBeSentToItsEnd() {
        for (const std::size_t megabytes : {4U, 32U}) {
            RawConnection connection(daemon_->port());
            CPPUNIT_ASSERT_NO_THROW(connection.send(
                requestBytes("POST", "/issuance/credentials", bodyOf(megabytes << 20, "Ada"))));
            std::this_thread::sleep_for(std::chrono::milliseconds(300));
            CPPUNIT_ASSERT_NO_THROW(connection.send("more"));
            CPPUNIT_ASSERT_EQUAL(413, connection.receive().status);
        }
    }

    void aHeaderOfTheLimitIsAccepted() {
        for (const bool longTarget : {false, true})
            CPPUNIT_ASSERT_EQUAL(200, answerTo({headerOf(headerLimit, longTarget)}).status);
    }

    void aHeaderBeyondTheLimitIsRefused() {
        for (const bool longTarget : {false, true})
            for (const std::size_t size : {headerLimit + 1, 2 * headerLimit, 10 * headerLimit})
                CPPUNIT_ASSERT_EQUAL_MESSAGE(std::to_string(size), std::string("431"),
                                             refusals(headerOf(size, longTarget)));
    }

    void aHeaderInPiecesHasTheSameLimit() {
        const std::string good = headerOf(headerLimit, false);
        CPPUNIT_ASSERT_EQUAL(200, answerTo({good.substr(0, 9000), good.substr(9000)}).status);
        // Each piece completes a field, so that a parser could take and forget it.
        std::vector<std::string> pieces{"GET /health HTTP/1.1\r\nHost: localhost\r\nX"};
        for (int i = 0; i < 40; ++i)
            pieces.push_back("-Field: " + std::string(1000, 'a') + "\r\nX");
        pieces.emplace_back("-Last: 1\r\nConnection: close\r\n\r\n");
        CPPUNIT_ASSERT_EQUAL(std::string("431"),
                             statusesOf(answersUntilClosed(daemon_->port(), pieces)));
    }

    void aHeaderThatNeverEndsIsRefused() {
        const std::string start = "GET /health HTTP/1.1\r\nHost: localhost\r\n";
        std::string endless = start;
        for (int i = 0; i < 5000; ++i)
            endless += "X-" + std::to_string(i) + ": 1\r\n";
        CPPUNIT_ASSERT_EQUAL(std::string("431"), refusals(endless));
        CPPUNIT_ASSERT_EQUAL(std::string("431"), refusals("GET /" + std::string(50000, 'a')));
        CPPUNIT_ASSERT_EQUAL(std::string("431"), refusals(start + std::string(50000, 'a')));
    }

    void aHundredFieldsAreAccepted() { CPPUNIT_ASSERT_EQUAL(200, answerTo({fields(100)}).status); }

    void moreFieldsAreRefused() {
        for (const int count : {101, 500})
            CPPUNIT_ASSERT_EQUAL(std::string("431"), refusals(fields(count)));
    }

private:
    HttpAnswer issue(const std::string& body) const {
        return post(daemon_->port(), "/issuance/credentials", body);
    }

    HttpAnswer answerTo(const std::vector<std::string>& pieces) const {
        RawConnection connection(daemon_->port());
        for (const auto& piece : pieces)
            connection.send(piece);
        return connection.receive();
    }

    std::string refusals(const std::string& bytes) const {
        return statusesOf(answersUntilClosed(daemon_->port(), {bytes}));
    }

    std::unique_ptr<Daemon> daemon_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(HttpLimitsTest);

} // namespace kubecred::test
