#include "functional/Expectations.h"
#include "support/Daemon.h"
#include "support/RawConnection.h"

#include <memory>

using namespace std::string_literals;

namespace kubecred::test {
namespace {

using Texts = std::vector<std::string>;

const std::string chunkedCoding = "Transfer-Encoding: chunked\r\n";

std::string issue(const std::string& name) {
    return requestBytes("POST", "/issuance/credentials", issueBody(name),
                        {"Content-Type: application/json"});
}

std::string head(const std::string& framing, const std::string& version = "HTTP/1.1") {
    return "POST /issuance/credentials " + version +
           "\r\nHost: a\r\nContent-Type: application/json\r\n" + framing + "\r\n";
}

} // namespace

/// Whatever makes it doubtful where a body ends is refused once, and ends the connection.
class HttpFramingTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(HttpFramingTest);
    CPPUNIT_TEST(aBadContentLengthIsRefusedOnce);
    CPPUNIT_TEST(aRepeatedContentLengthIsRefusedOnce);
    CPPUNIT_TEST(aTransferEncodingBesideALengthIsRefusedOnce);
    CPPUNIT_TEST(everyOtherTransferEncodingIsRefusedOnce);
    CPPUNIT_TEST(aTransferEncodingInHttp10IsRefusedOnce);
    CPPUNIT_TEST(aBadChunkIsRefusedOnce);
    CPPUNIT_TEST(aBadTrailerIsRefusedOnce);
    CPPUNIT_TEST(aTrailerIsNoHeader);
    CPPUNIT_TEST_SUITE_END();

public:
    void setUp() override {
        // What hangs shall not hang for long.
        daemon_ = std::make_unique<Daemon>(
            DaemonOptions{sqliteProperties({{"http.requestTimeoutSeconds", "3"}})});
    }

    void tearDown() override { daemon_.reset(); }

    void aBadContentLengthIsRefusedOnce() {
        const std::string size = std::to_string(issueBody("Mallory").size());
        for (const auto& length :
             Texts{"+" + size, "-" + size, "-1", "1,1", size + "," + size, size + ", " + size,
                   "5 5", " 5 5", size + ";", "0x10", "5.0", "1e1", "five", "", ",",
                   "99999999999999999999", "18446744073709551616", "=?utf-8?q?5?="})
            check("Content-Length: " + length,
                  head("Content-Length: " + length + "\r\n") + issueBody("Mallory"));
    }

    void aRepeatedContentLengthIsRefusedOnce() {
        const std::string one =
            "Content-Length: " + std::to_string(issueBody("Mallory").size()) + "\r\n";
        for (const auto& other : Texts{one, "Content-Length: 0\r\n", "content-length: 5\r\n"}) {
            check("then " + other, head(one + other) + issueBody("Mallory"));
            check("after " + other, head(other + one) + issueBody("Mallory"));
        }
    }

    void aTransferEncodingBesideALengthIsRefusedOnce() {
        const std::string body = "0\r\n\r\n";
        for (const auto& length : Texts{"Content-Length: 5\r\n", "Content-Length: 0\r\n"}) {
            check("coding, " + length, head(chunkedCoding + length) + body);
            check(length + ", coding", head(length + chunkedCoding) + body);
        }
        check("identity and length",
              head("Transfer-Encoding: identity\r\nContent-Length: 5\r\n") + "hello");
    }

    void everyOtherTransferEncodingIsRefusedOnce() {
        for (const auto& coding :
             Texts{"chunked, chunked", "chunked, identity", "identity", "identity, chunked", "gzip",
                   "gzip, chunked", "", ",chunked", "chunked,", "\"chunked\"", "chunked;q=1",
                   "xchunked", "=?utf-8?q?chunked?=", "chunked\x0b"})
            check(coding, head("Transfer-Encoding: " + coding + "\r\n") + "0\r\n\r\n");
        check("twice", head(chunkedCoding + chunkedCoding) + "0\r\n\r\n");
        check("two kinds", head(chunkedCoding + "Transfer-Encoding: gzip\r\n") + "0\r\n\r\n");
        check("two kinds", head("Transfer-Encoding: gzip\r\n" + chunkedCoding) + "0\r\n\r\n");
    }

    void aTransferEncodingInHttp10IsRefusedOnce() {
        check("HTTP/1.0", head(chunkedCoding, "HTTP/1.0") + "0\r\n\r\n");
        check("HTTP/1.0, kept alive",
              head(chunkedCoding + "Connection: keep-alive\r\n", "HTTP/1.0") + "0\r\n\r\n");
    }

    void aBadChunkIsRefusedOnce() {
        for (const auto& chunk :
             Texts{"x\r\nhello\r\n", "\r\nhello\r\n", "-5\r\nhello\r\n", "+5\r\nhello\r\n",
                   "0x5\r\nhello\r\n", " 5\r\nhello\r\n", "5 \r\nhello\r\n", "5\nhello\r\n",
                   "5\rhello\r\n", "5;\r\nhello\r\n", "5;a=\r\nhello\r\n", "5\r\nhelloXX",
                   "5\r\nhello\n", "4\r\nhello\r\n", "6\r\nhello\r\n0\r\n\r\n",
                   "10000000000000000\r\nhello\r\n", "FFFFFFFFFFFFFFFFF\r\nhello\r\n",
                   "5\0\r\nhello\r\n"})
            check(chunk, head(chunkedCoding) + chunk + "0\r\n\r\n");
        check("NUL", head(chunkedCoding) + "5\0\r\nhello\r\n0\r\n\r\n"s);
        check("bad last chunk", head(chunkedCoding) + "2\r\n{}\r\n0 \r\n\r\n");
    }

    void aBadTrailerIsRefusedOnce() {
        for (const auto& trailer : Texts{"X Name: 1", "X-Name : 1", "X-Name", ": 1", "X: a\nY: b",
                                         "Content-Length: 5", "Transfer-Encoding: chunked"})
            check(trailer, head(chunkedCoding) + "2\r\n{}\r\n0\r\n" + trailer + "\r\n\r\n");
    }

    void aTrailerIsNoHeader() {
        const auto answers = answersUntilClosed(
            daemon_->port(), {head(chunkedCoding + "Connection: close\r\n") +
                              "2\r\n{}\r\n0\r\nX-Request-Id: trailer\r\nHost: b\r\n\r\n"});
        CPPUNIT_ASSERT_EQUAL(std::string("400"), statusesOf(answers));
        CPPUNIT_ASSERT_EQUAL(std::string("Validation failed"), answers[0].text("message"));
        CPPUNIT_ASSERT(answers[0].header("x-request-id") != "trailer");
    }

private:
    void check(const std::string& what, const std::string& bytes) const {
        const auto answers = answersUntilClosed(daemon_->port(), {bytes + issue("Mallory")});
        CPPUNIT_ASSERT_EQUAL_MESSAGE(what, std::string("400"), statusesOf(answers));
        CPPUNIT_ASSERT_EQUAL_MESSAGE(what, std::string("Malformed HTTP request"),
                                     answers[0].text("message"));
        assertNothingIssued(what);
    }

    void assertNothingIssued(const std::string& what) const {
        CPPUNIT_ASSERT_MESSAGE(what, daemon_->log().find("\"status\":201") == std::string::npos);
    }

    std::unique_ptr<Daemon> daemon_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(HttpFramingTest);

} // namespace kubecred::test
