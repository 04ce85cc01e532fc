#include "functional/Expectations.h"
#include "support/Daemon.h"
#include "support/RawConnection.h"

#include <memory>
#include <sstream>

namespace kubecred::test {
namespace {

// The body in chunks of this size, in the various ways to spell a chunk.
std::string chunked(const std::string& body, std::size_t size) {
    std::ostringstream chunks;
    for (std::size_t from = 0; from < body.size(); from += size) {
        const auto chunk = body.substr(from, size);
        chunks << (from % 2 == 0 ? std::nouppercase : std::uppercase) << std::hex << "0"
               << chunk.size() << (from % 3 == 0 ? ";a=b;c=\"d\"" : "") << "\r\n"
               << chunk << "\r\n";
    }
    return chunks.str() + "0\r\n\r\n";
}

} // namespace

/// How the body of a request may travel, and who is told to send it.
class HttpBodyTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(HttpBodyTest);
    CPPUNIT_TEST(chunkedBodiesAreRead);
    CPPUNIT_TEST(noBodyCountsAsAnEmptyObject);
    CPPUNIT_TEST(aByteOrderMarkIsSkipped);
    CPPUNIT_TEST(whatIsNotEncodedMaySaySo);
    CPPUNIT_TEST(continueIsSaidBeforeTheBody);
    CPPUNIT_TEST(continueIsNotSaidToABodyThatIsTooLarge);
    CPPUNIT_TEST(continueIsNotSaidToABodyThatIsThere);
    CPPUNIT_TEST_SUITE_END();

public:
    void setUp() override { daemon_ = std::make_unique<Daemon>(DaemonOptions{sqliteProperties()}); }

    void tearDown() override { daemon_.reset(); }

    void chunkedBodiesAreRead() {
        for (const std::size_t size : {1U, 7U, 15U}) {
            const std::string name = "Ada " + std::to_string(size);
            const std::string head =
                "POST /issuance/credentials HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: Chunked\r\n"
                "Content-Type: application/json\r\n\r\n";
            RawConnection connection(daemon_->port());
            connection.send(head + chunked(issueBody(name), size) + requestBytes("GET", "/health"));
            const auto issued = connection.receive();
            CPPUNIT_ASSERT_EQUAL(201, issued.status);
            CPPUNIT_ASSERT_EQUAL(name, issued.text("credential.name"));
            CPPUNIT_ASSERT_EQUAL(200, connection.receive().status);
        }
    }

    // As curl -X POST sends it.
    void noBodyCountsAsAnEmptyObject() {
        for (const std::string path : {"/issuance/credentials", "/verification/credentials"})
            for (const std::string fields :
                 {"", "Content-Type: application/json\r\n", "Content-Length: 0\r\n",
                  "Content-Type: text/plain\r\n"}) {
                RawConnection connection(daemon_->port());
                connection.send("POST " + path + " HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n");
                const auto answer = connection.receive();
                CPPUNIT_ASSERT_EQUAL_MESSAGE(fields, 400, answer.status);
                CPPUNIT_ASSERT_EQUAL(std::string("Validation failed"), answer.text("message"));
                connection.send(requestBytes("GET", "/health"));
                CPPUNIT_ASSERT_EQUAL(200, connection.receive().status);
            }
    }

    void aByteOrderMarkIsSkipped() {
        const auto answer =
            post(daemon_->port(), "/issuance/credentials", "\xef\xbb\xbf" + issueBody("Ada"));
        CPPUNIT_ASSERT_EQUAL(201, answer.status);
        CPPUNIT_ASSERT_EQUAL(std::string("Ada"), answer.text("credential.name"));
    }

    void whatIsNotEncodedMaySaySo() {
        const auto statusWith = [&](const std::string& encoding) {
            return post(daemon_->port(), "/issuance/credentials", issueBody("Ada"),
                        {"Content-Encoding: " + encoding})
                .status;
        };
        CPPUNIT_ASSERT_EQUAL(201, statusWith("identity"));
        CPPUNIT_ASSERT_EQUAL(409, statusWith("Identity"));
        for (const std::string encoding : {"gzip", "identity, gzip", "br", "deflate"})
            CPPUNIT_ASSERT_EQUAL_MESSAGE(encoding, 415, statusWith(encoding));
    }

    void continueIsSaidBeforeTheBody() {
        const std::string body = issueBody("Ada");
        for (const auto& [framing, bytes] : std::vector<std::pair<std::string, std::string>>{
                 {"Content-Length: " + std::to_string(body.size()), body},
                 {"Transfer-Encoding: chunked", chunked(body, 10)}}) {
            RawConnection connection(daemon_->port());
            connection.send(expecting(framing));
            CPPUNIT_ASSERT_EQUAL(100, connection.receive().status);
            CPPUNIT_ASSERT(connection.staysSilent());
            connection.send(bytes);
            const int status = connection.receive().status;
            CPPUNIT_ASSERT(status == 201 || status == 409);
            CPPUNIT_ASSERT(connection.staysSilent());
        }
    }

    void continueIsNotSaidToABodyThatIsTooLarge() {
        CPPUNIT_ASSERT_EQUAL(
            std::string("413"),
            statusesOf(answersUntilClosed(daemon_->port(), {expecting("Content-Length: 102401")})));
    }

    void continueIsNotSaidToABodyThatIsThere() {
        const std::string body = issueBody("Ada");
        RawConnection connection(daemon_->port());
        connection.send(expecting("Content-Length: " + std::to_string(body.size())) + body);
        CPPUNIT_ASSERT_EQUAL(201, connection.receive().status);
        CPPUNIT_ASSERT(connection.staysSilent());
    }

private:
    static std::string expecting(const std::string& framing) {
        return "POST /issuance/credentials HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n"
               "Content-Type: application/json\r\n" +
               framing + "\r\n\r\n";
    }

    std::unique_ptr<Daemon> daemon_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(HttpBodyTest);

} // namespace kubecred::test
