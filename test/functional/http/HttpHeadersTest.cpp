#include "functional/Expectations.h"
#include "support/Daemon.h"
#include "support/RawConnection.h"

#include <memory>
#include <regex>

namespace kubecred::test {
namespace {

struct Case {
    int status;
    std::string bytes;
    bool readable = true; // the headers could be read before the request was refused
};

const std::regex uuid("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
const std::regex date("[A-Z][a-z]{2}, \\d\\d [A-Z][a-z]{2} \\d{4} \\d\\d:\\d\\d:\\d\\d GMT");
const std::string ownId = "X-Request-Id: Own_id.1-2";

std::string postJson(const std::string& json, const std::string& type = "application/json") {
    return requestBytes("POST", "/issuance/credentials", json, {"Content-Type: " + type, ownId});
}

std::string rawPost(const std::string& framing) {
    return "POST /issuance/credentials HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n" +
           ownId + "\r\n" + framing + "\r\n";
}

std::string manyFields(int count) {
    std::string fields;
    for (int i = 0; i < count; ++i)
        fields += "X-" + std::to_string(i) + ": 1\r\n";
    return fields;
}

// A request for every kind of answer, in an order in which each gets it.
std::vector<Case> everyKind() {
    return {
        {200, requestBytes("GET", "/health", {}, {ownId})},
        {201, postJson(issueBody("Ada"))},
        {204, requestBytes("OPTIONS", "/health", {}, {ownId})},
        {400, postJson("{}")},
        {400, postJson("{")},
        {400, rawPost("Content-Length: 1,1\r\n")},
        {400, "GET /health HTTP/1.1\r\nHost: a\r\n" + ownId + "\r\nX Y: 1\r\n\r\n", false},
        {400, "nonsense\r\n\r\n", false},
        {404, requestBytes("GET", "/nowhere", {}, {ownId})},
        {405, requestBytes("GET", "/issuance/credentials", {}, {ownId})},
        {408, rawPost("Content-Length: 5\r\n")},
        {408, "POST /issuance/credentials HTTP/1.1\r\nHost: a\r\n", false},
        {409, postJson(issueBody("Ada"))},
        {411, "POST /issuance/credentials HTTP/1.0\r\n" + ownId + "\r\n\r\n"},
        {413, rawPost("Content-Length: 102401\r\n")},
        {415, postJson("{}", "text/plain")},
        {431, rawPost(manyFields(200))},
        {431, rawPost("X-Long: " + std::string(20000, 'a') + "\r\n"), false},
    };
}

} // namespace

/// What every answer carries, whatever it answers.
class HttpHeadersTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(HttpHeadersTest);
    CPPUNIT_TEST(everyAnswerCarriesItsHeaders);
    CPPUNIT_TEST(aFreshIdReplacesABadOne);
    CPPUNIT_TEST(aGoodIdIsKept);
    CPPUNIT_TEST_SUITE_END();

public:
    void setUp() override {
        daemon_ = std::make_unique<Daemon>(
            DaemonOptions{sqliteProperties({{"http.requestTimeoutSeconds", "1"}})});
    }

    void tearDown() override { daemon_.reset(); }

    void everyAnswerCarriesItsHeaders() {
        for (const auto& [status, bytes, readable] : everyKind()) {
            const std::string what = std::to_string(status) + " to " + bytes.substr(0, 200);
            HttpAnswer answer;
            CPPUNIT_ASSERT_NO_THROW_MESSAGE(what, answer = answerTo(bytes));
            CPPUNIT_ASSERT_EQUAL_MESSAGE(what, status, answer.status);
            checkHeaders(what, answer);
            checkRequestId(what, answer, readable);
        }
    }

    void aFreshIdReplacesABadOne() {
        std::string last;
        for (const std::string& id :
             {std::string(), std::string(65, 'a'), std::string("a b"), std::string("a\tb"),
              std::string("a/b"), std::string("a:b"), std::string("\xc3\xa4"), std::string("a\"b"),
              std::string("<a>"), std::string("=?utf-8?q?x?=")}) {
            const auto answer =
                request(daemon_->port(), "GET", "/health", {}, {"X-Request-Id: " + id});
            CPPUNIT_ASSERT_EQUAL_MESSAGE(id, 200, answer.status);
            CPPUNIT_ASSERT_MESSAGE(id, std::regex_match(answer.header("x-request-id"), uuid));
            CPPUNIT_ASSERT(answer.header("x-request-id") != last);
            last = answer.header("x-request-id");
        }
    }

    void aGoodIdIsKept() {
        for (const std::string& id :
             {std::string("a"), std::string(64, 'Z'), std::string("A-Z_a.z-09"), std::string(".")})
            CPPUNIT_ASSERT_EQUAL(
                id, request(daemon_->port(), "GET", "/health", {}, {"x-request-id:  " + id + " "})
                        .header("x-request-id"));
    }

private:
    static void checkHeaders(const std::string& what, const HttpAnswer& answer) {
        const std::vector<std::pair<std::string, std::string>> headers{
            {"x-content-type-options", "nosniff"},
            {"content-security-policy", "default-src 'none'"},
            {"cache-control", "no-store"},
            {"referrer-policy", "no-referrer"},
            {"access-control-allow-origin", "*"}};
        for (const auto& [name, value] : headers)
            CPPUNIT_ASSERT_EQUAL_MESSAGE(what, value, answer.header(name));
        assertContains(answer.header("strict-transport-security"), "max-age=");
        CPPUNIT_ASSERT_MESSAGE(what, std::regex_match(answer.header("date"), date));
        if (answer.status != 204)
            assertContains(answer.header("content-type"), "application/json");
        for (const std::string name : {"date", "x-request-id", "content-length", "connection"})
            CPPUNIT_ASSERT_MESSAGE(what, answer.headers.count(name) <= 1);
        CPPUNIT_ASSERT_MESSAGE(what, !answer.has("server"));
    }

    static void checkRequestId(const std::string& what, const HttpAnswer& answer, bool readable) {
        const std::string id = answer.header("x-request-id");
        if (readable)
            CPPUNIT_ASSERT_EQUAL_MESSAGE(what, ownId.substr(14), id);
        else
            CPPUNIT_ASSERT_MESSAGE(what, std::regex_match(id, uuid));
        const bool ownShape =
            answer.status == 409 || answer.body.find("errors") != std::string::npos;
        if (answer.status >= 400 && !ownShape)
            CPPUNIT_ASSERT_EQUAL_MESSAGE(what, id, answer.text("requestId"));
    }

    HttpAnswer answerTo(const std::string& bytes) const {
        RawConnection connection(daemon_->port());
        connection.send(bytes);
        return connection.receive();
    }

    std::unique_ptr<Daemon> daemon_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(HttpHeadersTest);

} // namespace kubecred::test
