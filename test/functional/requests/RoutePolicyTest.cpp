#include "functional/Expectations.h"
#include "support/Daemon.h"
#include "support/RawConnection.h"

#include <memory>

namespace kubecred::test {
namespace {

const std::string contentPolicy = "default-src 'self'";

std::string chunked(const std::string& body) {
    return std::to_string(body.size()) + "\r\n" + body + "\r\n0\r\n\r\n"; // up to 9 bytes
}

} // namespace

/// What a route's policy says, and when: what can be told by the header is told before a body is
/// invited or awaited. The route is that of a module made for it.
class RoutePolicyTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(RoutePolicyTest);
    CPPUNIT_TEST(handsOnWhatThePathAndTheQuerySay);
    CPPUNIT_TEST(refusesAStrangeQuery);
    CPPUNIT_TEST(anUnreadableParameterIsNoPath);
    CPPUNIT_TEST(takesItsContentTypesOnly);
    CPPUNIT_TEST(hasItsOwnLimit);
    CPPUNIT_TEST(hasItsOwnHeaders);
    CPPUNIT_TEST(invitesNobodyWhomItRefuses);
    CPPUNIT_TEST(awaitsNoBodyWithoutALengthOfWhomItRefuses);
    CPPUNIT_TEST(readsOverTheBodyOfWhomItRefuses);
    CPPUNIT_TEST(keepsTheConnectionWhereTheBodyIsThere);
    CPPUNIT_TEST(logsTheTemplate);
    CPPUNIT_TEST_SUITE_END();

public:
    void setUp() override {
        const auto made = createKey("issuer", "issue");
        key_ = "X-API-Key: " + made.key;
        namespace fs = std::filesystem;
        for (const char* from : {KUBECRED_MODULES, KUBECRED_TEST_MODULES})
            for (const auto& entry : fs::directory_iterator(from))
                fs::create_symlink(entry.path(), folder_.path() / entry.path().filename());
        daemon_ = std::make_unique<Daemon>(
            DaemonOptions{sqliteProperties({{"modules", "policies"},
                                            {"modules.directory", folder_.path().string()}}),
                          {{"API_KEYS", made.entry}}});
    }

    void tearDown() override { daemon_.reset(); }

    void handsOnWhatThePathAndTheQuerySay() {
        CPPUNIT_ASSERT_EQUAL(std::string("issuer Zoe once hello"), ask("Zoe").body);
        CPPUNIT_ASSERT_EQUAL(std::string("issuer A/B two+ hello"), ask("A%2FB/?times=two%2B").body);
        CPPUNIT_ASSERT_EQUAL(405, request(daemon_->port(), "GET", "/policies/Zoe").status);
        CPPUNIT_ASSERT_EQUAL(404, request(daemon_->port(), "GET", "/policies").status);
    }

    void refusesAStrangeQuery() {
        const auto answer = ask("Zoe?times=1&times=2&x=1");
        CPPUNIT_ASSERT_EQUAL(400, answer.status);
        CPPUNIT_ASSERT_EQUAL(
            std::string(R"({"success":false,"message":"Validation failed","errors":[)"
                        R"({"code":"custom","message":"Query parameter given more than once",)"
                        R"("path":["times"]},)"
                        R"({"code":"custom","message":"Unknown query parameter","path":["x"]}]})"),
            answer.body);
        CPPUNIT_ASSERT_EQUAL(401, request(daemon_->port(), "PUT", "/policies/Zoe?x=1").status);
    }

    void anUnreadableParameterIsNoPath() {
        CPPUNIT_ASSERT_EQUAL(404, ask("%ff").status);
        CPPUNIT_ASSERT_EQUAL(404, ask("%00").status);
        CPPUNIT_ASSERT_EQUAL(404, ask(std::string(256, 'a')).status);
        CPPUNIT_ASSERT_EQUAL(400, ask("%f").status); // no target at all
    }

    void takesItsContentTypesOnly() {
        const auto typed = [&](const std::string& type) {
            return request(daemon_->port(), "PUT", "/policies/Zoe", "hello",
                           {key_, "Content-Type: " + type});
        };
        CPPUNIT_ASSERT_EQUAL(200, typed("text/csv; charset=utf-8").status);
        for (const std::string type :
             {"application/json", "text/html", "text/plain; charset=latin1"})
            CPPUNIT_ASSERT_EQUAL_MESSAGE(type, 415, typed(type).status);
        CPPUNIT_ASSERT_EQUAL(std::string("Content-Type must be text/plain or text/csv"),
                             typed("text/html").text("message"));
    }

    void hasItsOwnLimit() {
        CPPUNIT_ASSERT_EQUAL(200, ask("Zoe", std::string(16, 'x')).status);
        for (const std::string fields :
             {"Content-Length: 17\r\n\r\n", "Content-Length: 17\r\nExpect: 100-continue\r\n\r\n",
              "Transfer-Encoding: chunked\r\n\r\n11\r\n",
              "Transfer-Encoding: chunked\r\n\r\na\r\n0123456789\r\n7\r\n"})
            CPPUNIT_ASSERT_EQUAL_MESSAGE(
                fields, std::string("413"),
                statusesOf(answersUntilClosed(daemon_->port(), {head(key_) + fields})));
    }

    void hasItsOwnHeaders() {
        const auto good = ask("Zoe");
        CPPUNIT_ASSERT_EQUAL(contentPolicy, good.header("content-security-policy"));
        CPPUNIT_ASSERT_EQUAL(std::string("max-age=60"), good.header("cache-control"));
        const auto bad = ask("Zoe?x=1");
        CPPUNIT_ASSERT_EQUAL(contentPolicy, bad.header("content-security-policy"));
        CPPUNIT_ASSERT_EQUAL(std::string("no-store"), bad.header("cache-control"));
        const auto elsewhere = request(daemon_->port(), "GET", "/health");
        CPPUNIT_ASSERT_EQUAL(std::string("default-src 'none'"),
                             elsewhere.header("content-security-policy"));
        CPPUNIT_ASSERT_EQUAL(std::string("no-store"), elsewhere.header("cache-control"));
    }

    void invitesNobodyWhomItRefuses() {
        for (const std::string framing : {"Content-Length: 5", "Transfer-Encoding: chunked"}) {
            const std::string rest = framing + "\r\nExpect: 100-continue\r\n\r\n";
            CPPUNIT_ASSERT_EQUAL(std::string("401"), answersTo(head("X-None: 1") + rest));
            CPPUNIT_ASSERT_EQUAL(std::string("401"), answersTo(head("X-API-Key: wrong") + rest));
            CPPUNIT_ASSERT_EQUAL(std::string("404"),
                                 answersTo("PUT /nowhere HTTP/1.1\r\nHost: a\r\n" + rest));
            CPPUNIT_ASSERT_EQUAL(std::string("405"),
                                 answersTo("POST /health HTTP/1.1\r\nHost: a\r\n" + rest));
            RawConnection invited(daemon_->port());
            invited.send(head(key_) + rest);
            CPPUNIT_ASSERT_EQUAL(100, invited.receive().status);
        }
    }

    void awaitsNoBodyWithoutALengthOfWhomItRefuses() {
        const Stopwatch watch;
        CPPUNIT_ASSERT_EQUAL(
            std::string("401"),
            answersTo(head("X-None: 1") + "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"));
        watch.assertWithin(std::chrono::seconds(5));
    }

    void readsOverTheBodyOfWhomItRefuses() {
        RawConnection connection(daemon_->port());
        connection.send(head("X-None: 1") + "Content-Length: 5\r\n\r\nhe");
        CPPUNIT_ASSERT(connection.staysSilent());
        connection.send("llo" + requestBytes("GET", "/health"));
        for (const int status : {401, 200})
            CPPUNIT_ASSERT_EQUAL(status, connection.receive().status);
    }

    void keepsTheConnectionWhereTheBodyIsThere() {
        RawConnection connection(daemon_->port());
        const std::string health = requestBytes("GET", "/health");
        connection.send(
            head("X-None: 1") + "Content-Length: 5\r\n\r\nhello" + health + head("X-None: 1") +
            "Transfer-Encoding: chunked\r\n\r\n" + chunked("hello") +
            "PUT /nowhere HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello" + health);
        for (const int status : {401, 200, 401, 404, 200})
            CPPUNIT_ASSERT_EQUAL(status, connection.receive().status);
        CPPUNIT_ASSERT(connection.staysSilent());
    }

    void logsTheTemplate() {
        ask("Zoe");
        const auto good = daemon_->logLines().back();
        assertContains(good, R"("route":"/policies/{name}")");
        assertContains(good, R"("keyName":"issuer")");
        answersTo(head(key_) + "Content-Length: 17\r\n\r\n");
        const auto large = daemon_->logLines().back();
        assertContains(large, R"("route":"/policies/{name}","status":413)");
        assertContains(large, R"("keyName":"issuer")");
        ask("%ff");
        assertContains(daemon_->logLines().back(), R"("route":"unmatched")");
        assertLacks(daemon_->log(), "Zoe");
    }

private:
    static std::string head(const std::string& header) {
        return "PUT /policies/Zoe HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\n" + header +
               "\r\n";
    }

    HttpAnswer ask(const std::string& rest, const std::string& body = "hello") const {
        return request(daemon_->port(), "PUT", "/policies/" + rest, body,
                       {key_, "Content-Type: text/plain"});
    }

    std::string answersTo(const std::string& bytes) const {
        return statusesOf(answersUntilClosed(daemon_->port(), {bytes}));
    }

    TemporaryDirectory folder_;
    std::string key_;
    std::unique_ptr<Daemon> daemon_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(RoutePolicyTest);

} // namespace kubecred::test
