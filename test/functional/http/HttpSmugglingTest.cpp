#include "functional/Expectations.h"
#include "support/Daemon.h"
#include "support/RawConnection.h"

#include <memory>
#include <sstream>
#include <thread>
#include <utility>

namespace kubecred::test {
namespace {

const std::string encodedId = "=?utf-8?q?a=0D=0ASet-Cookie:_b?=";

std::string issue(const std::string& name) {
    return requestBytes("POST", "/issuance/credentials", issueBody(name),
                        {"Content-Type: application/json"});
}

std::string lastRequest() { return requestBytes("GET", "/health", {}, {"Connection: close"}); }

std::vector<std::string> singleBytes(const std::string& text) {
    std::vector<std::string> bytes;
    for (const char byte : text)
        bytes.emplace_back(1, byte);
    return bytes;
}

} // namespace

/// Nothing but a request is taken for a request, whatever the ends of reads and bodies hold.
class HttpSmugglingTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(HttpSmugglingTest);
    CPPUNIT_TEST(aBodyThatNobodyReadsIsNoRequest);
    CPPUNIT_TEST(aChunkedBodyThatNobodyReadsIsNoRequest);
    CPPUNIT_TEST(encodedWordsInHeadersStayAsTheyAre);
    CPPUNIT_TEST(headersOfEverySizeAreReadToTheirEnd);
    CPPUNIT_TEST(aRequestInSingleBytesIsAnsweredOnce);
    CPPUNIT_TEST(aRequestThatIsCutAnywhereIsAnsweredOnce);
    CPPUNIT_TEST(aPostWithoutLengthIsAnsweredAtOnce);
    CPPUNIT_TEST(aPostThatOwesItsLengthEndsTheConnection);
    CPPUNIT_TEST_SUITE_END();

public:
    void setUp() override {
        // What hangs shall not hang for long.
        daemon_ = std::make_unique<Daemon>(
            DaemonOptions{sqliteProperties({{"http.requestTimeoutSeconds", "3"}})});
    }

    void tearDown() override { daemon_.reset(); }

    void aBodyThatNobodyReadsIsNoRequest() {
        const std::string body = issue("Mallory");
        const std::vector<std::pair<std::string, std::string>> requests{
            {requestBytes("POST", "/nowhere", body), "404 200"},
            {requestBytes("GET", "/health", body), "200 200"},
            {requestBytes("GET", "/health/details", body), "404 200"},
            {requestBytes("PUT", "/health", body), "405 200"},
            {requestBytes("DELETE", "/issuance/credentials", body), "405 200"},
            {requestBytes("OPTIONS", "/issuance/credentials", body), "204 200"},
            {requestBytes("POST", "/issuance/credentials", body), "415 200"},
        };
        for (const auto& [bytes, statuses] : requests)
            CPPUNIT_ASSERT_EQUAL_MESSAGE(bytes, statuses, answersTo({bytes + lastRequest()}));
        assertNotIssued("Mallory");
    }

    void aChunkedBodyThatNobodyReadsIsNoRequest() {
        const std::string text = issue("Mallory");
        std::ostringstream body;
        body << std::hex << text.size() << "\r\n" << text << "\r\n0\r\n\r\n";
        const std::string head = " HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
        const std::vector<std::pair<std::string, std::string>> requests{
            {"POST /nowhere", "404 200"},
            {"GET /health", "200 200"},
            {"PUT /health", "405 200"},
            {"POST /issuance/credentials", "415 200"},
        };
        for (const auto& [line, statuses] : requests)
            CPPUNIT_ASSERT_EQUAL_MESSAGE(line, statuses,
                                         answersTo({line + head + body.str() + lastRequest()}));
        assertNotIssued("Mallory");
    }

    void encodedWordsInHeadersStayAsTheyAre() {
        const std::vector<std::string> ids{"=?utf-8?q?x?=", encodedId};
        for (const auto& id : ids) {
            const auto answers = answersUntilClosed(
                daemon_->port(),
                {requestBytes("GET", "/health", {}, {"X-Request-Id: " + id, "Connection: close"})});
            CPPUNIT_ASSERT_EQUAL(std::string("200"), statusesOf(answers));
            CPPUNIT_ASSERT_EQUAL(std::size_t(36), answers[0].header("x-request-id").size());
            CPPUNIT_ASSERT(!answers[0].has("set-cookie"));
        }
        const std::string coding = "Transfer-Encoding: =?utf-8?q?chunked?=";
        const std::string chunked =
            "POST /nowhere HTTP/1.1\r\nHost: a\r\n" + coding + "\r\n\r\n0\r\n\r\n";
        CPPUNIT_ASSERT_EQUAL(std::string("400"), answersTo({chunked + issue("Mallory")}));
        assertNotIssued("Mallory");
    }

    // Whoever reads by 4,092 bytes meets a line that leaves 2 bytes of itself for the next read.
    void headersOfEverySizeAreReadToTheirEnd() {
        RawConnection connection(daemon_->port());
        for (const std::size_t boundary : {4092U, 8184U}) {
            for (std::size_t padding = boundary - 100; padding < boundary + 10; ++padding) {
                const std::string id = "padded-" + std::to_string(padding);
                const std::string begin = "GET /health HTTP/1.1\r\nHost: localhost\r\nX-Padding: " +
                                          std::string(padding, 'a') + "\r";
                connection.send(begin);
                std::this_thread::sleep_for(std::chrono::microseconds(500));
                connection.send("\nX-Request-Id: " + id + "\r\n\r\n");
                const auto split = connection.receive();
                CPPUNIT_ASSERT_EQUAL_MESSAGE(id, 200, split.status);
                CPPUNIT_ASSERT_EQUAL(id, split.header("x-request-id"));
                connection.send(begin + "\nX-Request-Id: " + id + "-whole\r\n\r\n");
                CPPUNIT_ASSERT_EQUAL(id + "-whole", connection.receive().header("x-request-id"));
            }
        }
        CPPUNIT_ASSERT(connection.staysSilent());
    }

    void aRequestInSingleBytesIsAnsweredOnce() {
        const std::string chunked =
            "POST /nowhere HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
            "Connection: close\r\n\r\n2;a=b\r\n{}\r\n0\r\nX-Trailer: 1\r\n\r\n";
        const std::string emptyChunked =
            "POST /nowhere HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
            "Connection: close\r\n\r\n0\r\n\r\n";
        CPPUNIT_ASSERT_EQUAL(std::string("200"), answersTo(singleBytes(lastRequest())));
        CPPUNIT_ASSERT_EQUAL(std::string("404"), answersTo(singleBytes(chunked)));
        CPPUNIT_ASSERT_EQUAL(std::string("404"), answersTo(singleBytes(emptyChunked)));
        CPPUNIT_ASSERT_EQUAL(std::string("201 200"),
                             answersTo(singleBytes(issue("Ada") + lastRequest())));
    }

    void aRequestThatIsCutAnywhereIsAnsweredOnce() {
        const std::string bytes =
            requestBytes("POST", "/nowhere", "{}", {"1-Digit: first", "Connection: close"});
        std::string wrong;
        for (std::size_t cut = 1; cut < bytes.size(); ++cut)
            if (answersTo({bytes.substr(0, cut), bytes.substr(cut)}) != "404")
                wrong += " " + std::to_string(cut);
        CPPUNIT_ASSERT_EQUAL_MESSAGE("cuts answered otherwise", std::string(), wrong);
    }

    void aPostWithoutLengthIsAnsweredAtOnce() {
        RawConnection connection(daemon_->port());
        connection.send(requestBytes("POST", "/issuance/credentials"));
        const auto answer = connection.receive(false, std::chrono::seconds(2));
        CPPUNIT_ASSERT_EQUAL(400, answer.status);
        CPPUNIT_ASSERT_EQUAL(std::string("Validation failed"), answer.text("message"));
        CPPUNIT_ASSERT(connection.staysSilent());
    }

    void aPostThatOwesItsLengthEndsTheConnection() {
        const std::string head = "POST /issuance/credentials HTTP/1.0\r\nHost: a\r\n"
                                 "Content-Type: application/json\r\n\r\n";
        CPPUNIT_ASSERT_EQUAL(std::string("411"), answersTo({head}));
        CPPUNIT_ASSERT_EQUAL(std::string("411"), answersTo({head + issue("Mallory")}));
        assertNotIssued("Mallory");
    }

private:
    std::string answersTo(const std::vector<std::string>& pieces) const {
        return statusesOf(answersUntilClosed(daemon_->port(), pieces));
    }

    void assertNotIssued(const std::string& name) const {
        const auto answer = post(daemon_->port(), "/issuance/credentials", issueBody(name));
        CPPUNIT_ASSERT_EQUAL_MESSAGE(name, 201, answer.status);
    }

    std::unique_ptr<Daemon> daemon_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(HttpSmugglingTest);

} // namespace kubecred::test
