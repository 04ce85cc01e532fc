#include "functional/Expectations.h"
#include "support/Daemon.h"
#include "support/RawConnection.h"

namespace kubecred::test {
namespace {

using Headers = std::vector<std::string>;

const std::string issuance = "/issuance/credentials";

Headers preflight(const std::string& origin, const std::string& headers) {
    return {"Origin: " + origin, "Access-Control-Request-Method: POST",
            "Access-Control-Request-Headers: " + headers};
}

} // namespace

/// What pages in browsers may do: those that are meant to, with whatever their libraries add, and
/// all others.
class BrowserTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(BrowserTest);
    CPPUNIT_TEST(whatLibrariesAddPasses);
    CPPUNIT_TEST(foreignPagesWriteNothingByTheLocalConfiguration);
    CPPUNIT_TEST_SUITE_END();

public:
    void whatLibrariesAddPasses() {
        const Daemon open({sqliteProperties()});
        const Daemon listed(
            {sqliteProperties({{"cors.allowedOrigins", "https://app.example.org"}})});
        for (const std::string asked :
             {"content-type,traceparent,tracestate", "baggage,content-type,sentry-trace",
              "content-type,x-requested-with", "cache-control,content-type,idempotency-key,pragma"})
            for (const auto* daemon : {&open, &listed}) {
                const auto answer = request(daemon->port(), "OPTIONS", issuance, {},
                                            preflight("https://app.example.org", asked));
                CPPUNIT_ASSERT_EQUAL(204, answer.status);
                CPPUNIT_ASSERT_EQUAL(asked, answer.header("access-control-allow-headers"));
                CPPUNIT_ASSERT(answer.has("access-control-allow-origin"));
                bool varies = false;
                for (const auto& [name, value] : answer.headers)
                    varies =
                        varies || (name == "vary" && value == "Access-Control-Request-Headers");
                CPPUNIT_ASSERT(varies);
            }
    }

    // Everything that a browser sends without asking, and the answer where it asks.
    void foreignPagesWriteNothingByTheLocalConfiguration() {
        Daemon daemon({.properties = sqliteProperties(),
                       .configuration =
                           std::filesystem::path(KUBECRED_SOURCE_DIR) / "config/local.properties"});
        daemon.waitForStatus("healthy");
        for (const std::string origin : {"https://evil.example", "http://localhost:8000", "null"}) {
            const auto asked =
                request(daemon.port(), "OPTIONS", issuance, {}, preflight(origin, "content-type"));
            for (const auto& [name, value] : asked.headers)
                CPPUNIT_ASSERT_MESSAGE(name, !name.starts_with("access-control-"));
            for (const Headers& type :
                 {Headers{}, Headers{"Content-Type: text/plain"},
                  Headers{"Content-Type: text/plain; charset=application/json"},
                  Headers{"Content-Type: application/x-www-form-urlencoded"},
                  Headers{"Content-Type: multipart/form-data; boundary=x"}}) {
                auto headers = type;
                headers.push_back("Origin: " + origin);
                const auto answer =
                    request(daemon.port(), "POST", issuance, issueBody("Ada"), headers);
                CPPUNIT_ASSERT_EQUAL(415, answer.status);
                CPPUNIT_ASSERT(!answer.has("access-control-allow-origin"));
            }
        }
        CPPUNIT_ASSERT_EQUAL(201, post(daemon.port(), issuance, issueBody("Ada")).status);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(BrowserTest);

} // namespace kubecred::test
