#include "functional/Expectations.h"
#include "support/Daemon.h"
#include "support/PostgresServer.h"
#include "support/RawConnection.h"

#include <Poco/JSON/Stringifier.h>

#include <memory>
#include <set>
#include <sstream>
#include <vector>

namespace kubecred::test {
namespace {

std::string repeated(const std::string& text, int times) {
    std::string all;
    for (int i = 0; i < times; ++i)
        all += text;
    return all;
}

// Texts that have broken systems: each is kept as it is, or refused, and never acted upon.
std::vector<std::string> naughtyTexts() {
    return {"'; DROP TABLE credentials; --",
            "\" OR \"\"=\"",
            "1'1",
            "\\'); DELETE FROM credentials; --",
            "$1",
            "%s%n%x",
            "{\"a\",NULL}",
            "NULL",
            "null",
            "<script>alert(1)</script>",
            "\"><img src=x onerror=alert(1)>",
            "${jndi:ldap://x/a}",
            "{{7*7}}",
            "../../../../etc/passwd",
            "$(touch /tmp/naughty)",
            "`id`",
            "a\r\nSet-Cookie: x=1",
            "tab\there",
            "\x01\x02\x1f\x7f",
            "\xe2\x80\xae"
            "drawkcab",
            "\xe2\x80\x8b\xef\xbb\xbfinvisible",
            "\xf0\x9f\x91\xa9\xe2\x80\x8d\xf0\x9f\x92\xbb",
            "Z\xcc\xb6\xcd\x81\xcc\x94"
            "algo",
            "e\xcc\x81 is not \xc3\xa9",
            "\xf0\xa0\x9c\x8e\xf0\xa0\x9c\xb1",
            "\xef\xbf\xbe\xef\xbf\xbf",
            " leading and trailing ",
            "back\\slash \\u0041 \\n",
            repeated("x", 255),
            repeated("\xc3\xa4", 255),
            repeated("\xf0\x9f\x98\x80", 255)};
}

std::string quoted(const std::string& text) {
    std::ostringstream out;
    Poco::JSON::Stringifier::stringify(Poco::Dynamic::Var(text), out);
    return out.str();
}

std::string body(const std::string& name, const std::string& type, const std::string& key,
                 const std::string& email = "ada@example.org") {
    return "{\"name\":" + quoted(name) + ",\"email\":" + quoted(email) +
           ",\"credentialType\":" + quoted(type) + ",\"metadata\":{" + quoted(key) + ":[" +
           quoted(name) + "]}}";
}

} // namespace

/// What people and attackers put into fields. Over PostgreSQL, where there is more to break.
class NaughtyTextsTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(NaughtyTextsTest);
    CPPUNIT_TEST(namesAreKeptExactly);
    CPPUNIT_TEST(typesAreKeptExactly);
    CPPUNIT_TEST(emailsAreKeptOrRefused);
    CPPUNIT_TEST(namesAreComparedExactly);
    CPPUNIT_TEST(longTextsAreCountedInCharacters);
    CPPUNIT_TEST(nulIsRefusedEverywhere);
    CPPUNIT_TEST_SUITE_END();

public:
    void setUp() override {
        database_ = server_.createDatabase();
        auto properties = postgresProperties(server_.port(), database_);
        properties["database.migrateOnStart"] = "true";
        daemon_ = std::make_unique<Daemon>(DaemonOptions{properties});
        daemon_->waitForStatus("healthy");
    }

    void namesAreKeptExactly() {
        for (const auto& text : naughtyTexts())
            assertKept(body(text, "degree", text), "name", text);
        assertTableHolds(naughtyTexts().size());
    }

    void typesAreKeptExactly() {
        std::size_t kept = 0;
        for (const auto& text : naughtyTexts())
            if (text.size() <= 100) {
                assertKept(body("Ada", text, "a"), "credentialType", text);
                ++kept;
            }
        assertTableHolds(kept);
    }

    // By the grammar, which few of them keep to.
    void emailsAreKeptOrRefused() {
        const std::set<std::string> valid{"1'1@example.org", "NULL@example.org",
                                          "null@example.org"};
        for (const auto& text : naughtyTexts())
            for (const auto& email : {text, text + "@example.org", "ada@" + text}) {
                const auto given = body("Ada", "degree", "a", email);
                if (valid.contains(email))
                    assertKept(given, "email", email);
                else
                    CPPUNIT_ASSERT_EQUAL_MESSAGE(email, 400, post(port(), issue_, given).status);
            }
        const auto ofLength = [](int length) {
            return repeated("x", length - 12) + "@example.org";
        };
        assertKept(body("Ada", "degree", "a", ofLength(255)), "email", ofLength(255));
        CPPUNIT_ASSERT_EQUAL(
            400, post(port(), issue_, body("Ada", "degree", "a", ofLength(256))).status);
        assertTableHolds(valid.size() + 1);
    }

    void namesAreComparedExactly() {
        const auto issued = post(port(), issue_, body("Ada", "degree", "a"));
        const std::string id = issued.text("credential.id");
        for (const auto& text : naughtyTexts())
            CPPUNIT_ASSERT_EQUAL_MESSAGE(
                text, 404,
                post(port(), verify_, "{\"id\":\"" + id + "\",\"name\":" + quoted(text) + "}")
                    .status);
    }

    void longTextsAreCountedInCharacters() {
        for (const std::string character : {"x", "\xc3\xa4", "\xe2\x82\xac", "\xf0\x9f\x98\x80"}) {
            const auto statusOf = [&](int name, int type) {
                return post(port(), issue_,
                            body(repeated(character, name), repeated(character, type), "a"))
                    .status;
            };
            CPPUNIT_ASSERT_EQUAL(201, statusOf(255, 100));
            CPPUNIT_ASSERT_EQUAL(400, statusOf(256, 100));
            CPPUNIT_ASSERT_EQUAL(400, statusOf(255, 101));
        }
        assertTableHolds(4);
    }

    void nulIsRefusedEverywhere() {
        for (
            const std::string text :
            {R"({"name":"a\u0000","email":"ada@example.org","credentialType":"degree"})",
             R"({"name":"a","email":"ada@example.org\u0000","credentialType":"degree"})",
             R"({"name":"a","email":"ada@example.org","credentialType":"\u0000"})",
             R"({"name":"a","email":"ada@example.org","credentialType":"b","metadata":{"a":"\u0000"}})",
             R"({"name":"a","email":"ada@example.org","credentialType":"b","metadata":{"\u0000":1}})"})
            CPPUNIT_ASSERT_EQUAL_MESSAGE(text, 400, post(port(), issue_, text).status);
        assertTableHolds(0);
    }

private:
    int port() const { return daemon_->port(); }

    void assertKept(const std::string& issueBody, const std::string& field,
                    const std::string& text) const {
        const auto issued = post(port(), issue_, issueBody);
        CPPUNIT_ASSERT_EQUAL_MESSAGE(text, 201, issued.status);
        CPPUNIT_ASSERT_EQUAL(text, issued.text("credential." + field));
        CPPUNIT_ASSERT_EQUAL_MESSAGE(text, 409, post(port(), issue_, issueBody).status);
        const auto verified = post(port(), verify_, verifyBody(issued.text("credential.id")));
        CPPUNIT_ASSERT_EQUAL(200, verified.status);
        CPPUNIT_ASSERT_EQUAL(text, verified.text("credential." + field));
    }

    void assertTableHolds(std::size_t rows) const {
        CPPUNIT_ASSERT_EQUAL(std::to_string(rows) + "\n",
                             server_.query(database_, "SELECT count(*) FROM credentials"));
    }

    const std::string issue_ = "/issuance/credentials";
    const std::string verify_ = "/verification/credentials";
    PostgresServer server_;
    std::string database_;
    std::unique_ptr<Daemon> daemon_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(NaughtyTextsTest);

} // namespace kubecred::test
