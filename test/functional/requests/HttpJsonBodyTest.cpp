#include "functional/Expectations.h"
#include "support/Daemon.h"
#include "support/RawConnection.h"

#include <memory>

using namespace std::string_literals;

namespace kubecred::test {
namespace {

const std::string issuance = "/issuance/credentials";
const std::string verification = "/verification/credentials";

// Metadata in so many objects, beside the one that is the body itself.
std::string nested(int depth) {
    std::string metadata = "1";
    for (int i = 0; i < depth; ++i)
        metadata = R"({"a":)" + metadata + "}";
    return R"({"name":"Ada","email":"ada@example.org","credentialType":"nested","metadata":)" +
           metadata + "}";
}

} // namespace

/// Which bodies count as JSON.
class HttpJsonBodyTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(HttpJsonBodyTest);
    CPPUNIT_TEST(malformedJsonIs400);
    CPPUNIT_TEST(noBodyIsAnEmptyObject);
    CPPUNIT_TEST(otherMediaTypesAre415);
    CPPUNIT_TEST(jsonInAllItsSpellingsIsAccepted);
    CPPUNIT_TEST_SUITE_END();

public:
    void setUp() override { daemon_ = std::make_unique<Daemon>(DaemonOptions{sqliteProperties()}); }

    void tearDown() override { daemon_.reset(); }

    void malformedJsonIs400() {
        const std::string deep(5000, '[');
        for (const std::string& body : {"{"s,
                                        "}"s,
                                        "nonsense"s,
                                        "{}{}"s,
                                        "{},"s,
                                        "{'name':1}"s,
                                        R"({"name":"a",})"s,
                                        R"({"name":"a","name":"b"})"s,
                                        R"({"a\u0000":1})"s,
                                        "{\"name\":\"\xff\"}"s,
                                        "{\"name\":\"a\0\"}"s,
                                        R"({"name":"\ud800"})"s,
                                        R"({"name":"\udc00\ud800"})"s,
                                        "{\"name\":\"a\nb\"}"s,
                                        R"({"name":NaN})"s,
                                        R"({"name":01})"s,
                                        "\xef\xbb\xbf\xef\xbb\xbf{}"s,
                                        "{}\xff{}"s,
                                        "{}\xff"s,
                                        "{\0}"s,
                                        " "s,
                                        deep,
                                        nested(40),
                                        nested(32)}) {
            const auto answer = post(daemon_->port(), issuance, body);
            CPPUNIT_ASSERT_EQUAL_MESSAGE(body, 400, answer.status);
            assertProblem(answer, "Malformed JSON");
        }
        CPPUNIT_ASSERT_EQUAL(201, post(daemon_->port(), issuance, nested(31)).status);
    }

    void noBodyIsAnEmptyObject() {
        for (const auto& path : {issuance, verification}) {
            const auto none = request(daemon_->port(), "POST", path);
            CPPUNIT_ASSERT_EQUAL(400, none.status);
            CPPUNIT_ASSERT_EQUAL(post(daemon_->port(), path, "{}").body, none.body);
            const auto empty = request(daemon_->port(), "POST", path, {},
                                       {"Content-Length: 0", "Content-Type: application/json"});
            CPPUNIT_ASSERT_EQUAL(none.body, empty.body);
        }
    }

    void otherMediaTypesAre415() {
        using Headers = std::vector<std::string>;
        const std::string json = "Content-Type: application/json";
        for (const Headers& headers :
             {Headers{}, Headers{"Content-Type: "}, Headers{"Content-Type: text/plain"},
              Headers{"Content-Type: application/x-www-form-urlencoded"},
              Headers{"Content-Type: application/jsonp"}, Headers{json + ";charset=iso-8859-1"},
              Headers{json + "; charset=utf-16"}, Headers{json, "Content-Encoding: gzip"}}) {
            const auto answer =
                request(daemon_->port(), "POST", issuance, issueBody("Ada"), headers);
            CPPUNIT_ASSERT_EQUAL_MESSAGE(headers.empty() ? "none" : headers.back(), 415,
                                         answer.status);
            assertProblem(answer, answer.text("message"));
        }
        CPPUNIT_ASSERT_EQUAL(201, post(daemon_->port(), issuance, issueBody("Ada")).status);
    }

    void jsonInAllItsSpellingsIsAccepted() {
        int person = 0;
        for (const std::string type :
             {"application/json", "application/json;charset=utf-8", "Application/JSON",
              "application/json; charset=\"UTF-8\"", "application/json ; charset=utf-8"}) {
            const auto answer =
                request(daemon_->port(), "POST", issuance, issueBody(std::to_string(++person)),
                        {"Content-Type: " + type});
            CPPUNIT_ASSERT_EQUAL_MESSAGE(type, 201, answer.status);
        }
    }

private:
    std::unique_ptr<Daemon> daemon_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(HttpJsonBodyTest);

} // namespace kubecred::test
