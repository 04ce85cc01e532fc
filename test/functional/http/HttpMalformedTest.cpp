#include "functional/Expectations.h"
#include "support/Daemon.h"
#include "support/RawConnection.h"

#include <memory>

using namespace std::string_literals;

namespace kubecred::test {
namespace {

struct Case {
    std::string what;
    std::string head;
};

std::string withField(const std::string& field) {
    return "GET /health HTTP/1.1\r\nHost: a\r\n" + field + "\r\nX-Last: 1\r\n\r\n";
}

std::string withLine(const std::string& line) { return line + "\r\nHost: a\r\n\r\n"; }

const std::vector<Case>& requestLines() {
    static const std::vector<Case> cases{
        {"HTTP/9.9", withLine("GET /health HTTP/9.9")},
        {"HTTP/2.0", withLine("GET /health HTTP/2.0")},
        {"HTTP/0.9", withLine("GET /health HTTP/0.9")},
        {"preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"},
        {"no version", withLine("GET /health")},
        {"version in lower case", withLine("GET /health http/1.1")},
        {"version without digits", withLine("GET /health HTTP/x.y")},
        {"NUL in the target", withLine("GET /hea\0lth HTTP/1.1"s)},
        {"control character in the target", withLine("GET /hea\x01lth HTTP/1.1")},
        {"space in the target", withLine("GET /hea lth HTTP/1.1")},
        {"two spaces", withLine("GET  /health HTTP/1.1")},
        {"tab for a space", withLine("GET\t/health HTTP/1.1")},
        {"space before the method", withLine(" GET /health HTTP/1.1")},
        {"no target", withLine("GET HTTP/1.1")},
        {"character in the method", withLine("G{T /health HTTP/1.1")},
        {"space after the version", withLine("GET /health HTTP/1.1 ")},
        {"TLS", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"s},
        {"JSON", "{\"name\":\"Ada\"}\r\n\r\n"},
    };
    return cases;
}

const std::vector<Case>& fields() {
    static const std::vector<Case> cases{
        {"no Host", "GET /health HTTP/1.1\r\nX-Last: 1\r\n\r\n"},
        {"no field at all", "GET /health HTTP/1.1\r\n\r\n"},
        {"two Hosts", withField("Host: b")},
        {"the same Host twice", withField("Host: a")},
        {"space in a name", withField("X Name: 1")},
        {"space before the colon", withField("X-Name : 1")},
        {"tab before the colon", withField("X-Name\t: 1")},
        {"empty name", withField(": 1")},
        {"no colon", withField("X-Name")},
        {"NUL in a name", withField("X-\0Name: 1"s)},
        {"NUL in a value", withField("X-Name: a\0b"s)},
        {"control character in a value", withField("X-Name: a\x01z")},
        {"DEL in a value", withField("X-Name: a\x7fz")},
        {"CR in a value", withField("X-Name: a\rb")},
        {"fold with a space", withField("X-Name: a\r\n b")},
        {"fold with a tab", withField("X-Name: a\r\n\tb")},
        {"fold of Host", "GET /health HTTP/1.1\r\nHost: a\r\n b\r\nX-Last: 1\r\n\r\n"},
        {"fold of an empty value", withField("X-Name:\r\n b")},
        {"fold before the first field", "GET /health HTTP/1.1\r\n X: 1\r\nHost: a\r\n\r\n"},
        {"bare LF throughout", "GET /health HTTP/1.1\nHost: a\n\n"},
        {"bare LF after the request line", "GET /health HTTP/1.1\nHost: a\r\n\r\n"},
        {"bare LF after a field", withField("X-Name: 1\nX-Other: 2")},
        {"bare LF at the end", "GET /health HTTP/1.1\r\nHost: a\r\n\n"},
        {"bare CR throughout", "GET /health HTTP/1.1\rHost: a\r\r"},
        {"LF CR", "GET /health HTTP/1.1\n\rHost: a\n\r\n\r"},
        {"bad list in Connection", withField("Connection: keep-alive, \"")},
    };
    return cases;
}

} // namespace

/// Malformed headers: one 400, then nothing that follows counts, in however many reads they come.
class HttpMalformedTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(HttpMalformedTest);
    CPPUNIT_TEST(aBadRequestLineIsRefusedOnce);
    CPPUNIT_TEST(aBadFieldIsRefusedOnce);
    CPPUNIT_TEST(aBadRequestLineCutAnywhereIsRefusedOnce);
    CPPUNIT_TEST(aBadFieldCutAnywhereIsRefusedOnce);
    CPPUNIT_TEST(aBadRequestAfterAGoodOneEndsTheConnection);
    CPPUNIT_TEST_SUITE_END();

public:
    void setUp() override {
        // What hangs shall not hang for long.
        daemon_ = std::make_unique<Daemon>(
            DaemonOptions{sqliteProperties({{"http.requestTimeoutSeconds", "3"}})});
    }

    void tearDown() override { daemon_.reset(); }

    void aBadRequestLineIsRefusedOnce() {
        for (const auto& [what, head] : requestLines())
            check(what, {head + smuggled(what)});
    }

    void aBadFieldIsRefusedOnce() {
        for (const auto& [what, head] : fields())
            check(what, {head + smuggled(what)});
    }

    void aBadRequestLineCutAnywhereIsRefusedOnce() { checkEveryCut(requestLines()); }

    void aBadFieldCutAnywhereIsRefusedOnce() { checkEveryCut(fields()); }

    void aBadRequestAfterAGoodOneEndsTheConnection() {
        const std::string bytes =
            requestBytes("GET", "/health") + withField("X Name: 1") + smuggled("Mallory");
        CPPUNIT_ASSERT_EQUAL(std::string("200 400"),
                             statusesOf(answersUntilClosed(daemon_->port(), {bytes})));
        assertNotIssued("Mallory");
    }

private:
    std::string smuggled(const std::string& name) const {
        return requestBytes("POST", "/issuance/credentials", issueBody(name),
                            {"Content-Type: application/json", "Connection: close"});
    }

    void check(const std::string& what, const std::vector<std::string>& pieces) const {
        const auto answers = answersUntilClosed(daemon_->port(), pieces);
        CPPUNIT_ASSERT_EQUAL_MESSAGE(what, std::string("400"), statusesOf(answers));
        CPPUNIT_ASSERT_EQUAL_MESSAGE(what, std::string("Malformed HTTP request"),
                                     answers[0].text("message"));
        CPPUNIT_ASSERT_EQUAL_MESSAGE(what, std::string("close"), answers[0].header("connection"));
        assertNotIssued(what);
    }

    void checkEveryCut(const std::vector<Case>& cases) const {
        std::string wrong;
        for (const auto& [what, head] : cases) {
            const std::string bytes = head + smuggled(what);
            for (std::size_t cut = 1; cut < head.size(); ++cut) {
                const auto statuses = statusesOf(
                    answersUntilClosed(daemon_->port(), {bytes.substr(0, cut), bytes.substr(cut)}));
                if (statuses != "400")
                    wrong += what + " at " + std::to_string(cut) + ": " + statuses + "\n";
            }
            if (post(daemon_->port(), "/issuance/credentials", issueBody(what)).status != 201)
                wrong += what + ": what followed was executed\n";
        }
        CPPUNIT_ASSERT_EQUAL(std::string(), wrong);
    }

    void assertNotIssued(const std::string& name) const {
        const auto answer = post(daemon_->port(), "/issuance/credentials", issueBody(name));
        CPPUNIT_ASSERT_EQUAL_MESSAGE(name, 201, answer.status);
    }

    std::unique_ptr<Daemon> daemon_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(HttpMalformedTest);

} // namespace kubecred::test
