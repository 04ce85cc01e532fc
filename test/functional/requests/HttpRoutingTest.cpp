#include "functional/Expectations.h"
#include "support/Daemon.h"
#include "support/RawConnection.h"

#include <memory>

namespace kubecred::test {
namespace {

struct Case {
    std::string method;
    std::string target;
    int status;
};

const std::vector<std::string> preflight{"Origin: https://app.example.org",
                                         "Access-Control-Request-Method: POST",
                                         "Access-Control-Request-Headers: content-type"};

} // namespace

/// Which answer a method and a target lead to, and what a browser is told.
class HttpRoutingTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(HttpRoutingTest);
    CPPUNIT_TEST(targetsLeadToTheirRoutes);
    CPPUNIT_TEST(otherMethodsAreToldTheAllowedOnes);
    CPPUNIT_TEST(optionsTellsTheAllowedMethods);
    CPPUNIT_TEST(anyOriginMayReadByDefault);
    CPPUNIT_TEST(preflightIsAnswered);
    CPPUNIT_TEST(onlyAllowedOriginsMayRead);
    CPPUNIT_TEST_SUITE_END();

public:
    void setUp() override { daemon_ = std::make_unique<Daemon>(DaemonOptions{sqliteProperties()}); }

    void tearDown() override { daemon_.reset(); }

    void targetsLeadToTheirRoutes() {
        const std::vector<Case> cases{
            {"GET", "/health", 200},
            {"GET", "/health/", 200},
            {"GET", "/health//", 404},
            {"GET", "//health", 404},
            {"GET", "/health?verbose=1", 200},
            {"GET", "/health/?a=/&b=?", 200},
            {"GET", "/health?a=1&a=2&%ff=%00&&=", 200},
            {"POST", "/verification/credentials?a=%c3(&a=%00", 400},
            {"GET", "/health?a=%f", 400},
            {"GET", "/issuance/health", 200},
            {"GET", "/verification/health/", 200},
            {"GET", "http://localhost/health", 200},
            {"GET", "HTTP://localhost:3000/health?a=b", 200},
            {"GET", "https://localhost/health/", 200},
            {"GET", "http://localhost", 404},
            {"GET", "http://localhost?a=/health", 404},
            {"GET", "ftp://localhost/health", 404},
            {"GET", "health", 404},
            {"GET", "*", 404},
            {"GET", "/", 404},
            {"GET", "/HEALTH", 404},
            {"GET", "/health/nothing", 404},
            {"GET", "/health/../health", 404},
            {"GET", "/%00", 404},
            {"POST", "/issuance/credentials", 400},
            {"POST", "/issuance/credentials/?x", 400},
            {"POST", "/verification/credentials/", 400},
            {"POST", "/issuance/credentials//", 404},
            {"POST", "/issuance", 404},
            {"POST", "http://localhost/issuance/credentials", 400},
            {"OPTIONS", "*", 204},
            {"OPTIONS", "/nowhere", 404},
            {"CONNECT", "localhost:80", 404},
        };
        for (const auto& [method, target, status] : cases)
            CPPUNIT_ASSERT_EQUAL_MESSAGE(method + " " + target, status,
                                         request(daemon_->port(), method, target).status);
    }

    void otherMethodsAreToldTheAllowedOnes() {
        for (const std::string method : {"PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "get"}) {
            const auto health = request(daemon_->port(), method, "/health");
            CPPUNIT_ASSERT_EQUAL_MESSAGE(method, 405, health.status);
            CPPUNIT_ASSERT_EQUAL(std::string("GET, HEAD, OPTIONS"), health.header("allow"));
            const auto issuance = request(daemon_->port(), method, "/issuance/credentials");
            CPPUNIT_ASSERT_EQUAL_MESSAGE(method, 405, issuance.status);
            CPPUNIT_ASSERT_EQUAL(std::string("POST, OPTIONS"), issuance.header("allow"));
        }
        CPPUNIT_ASSERT_EQUAL(405, request(daemon_->port(), "GET", "/issuance/credentials").status);
        CPPUNIT_ASSERT_EQUAL(405, request(daemon_->port(), "POST", "/health").status);
    }

    void optionsTellsTheAllowedMethods() {
        const std::vector<std::pair<std::string, std::string>> cases{
            {"/health", "GET, HEAD, OPTIONS"},
            {"/verification/credentials", "POST, OPTIONS"},
            {"*", "GET, HEAD, POST, OPTIONS"}};
        for (const auto& [target, allow] : cases) {
            const auto answer = request(daemon_->port(), "OPTIONS", target);
            CPPUNIT_ASSERT_EQUAL_MESSAGE(target, 204, answer.status);
            CPPUNIT_ASSERT_EQUAL(allow, answer.header("allow"));
            CPPUNIT_ASSERT(!answer.has("access-control-allow-methods"));
            CPPUNIT_ASSERT(!answer.has("content-length"));
        }
    }

    void anyOriginMayReadByDefault() {
        for (const std::string path : {"/health", "/nowhere"}) {
            const auto answer =
                request(daemon_->port(), "GET", path, {}, {"Origin: https://app.example.org"});
            CPPUNIT_ASSERT_EQUAL(std::string("*"), answer.header("access-control-allow-origin"));
        }
    }

    void preflightIsAnswered() {
        const auto answer =
            request(daemon_->port(), "OPTIONS", "/issuance/credentials", {}, preflight);
        CPPUNIT_ASSERT_EQUAL(204, answer.status);
        CPPUNIT_ASSERT_EQUAL(std::string("*"), answer.header("access-control-allow-origin"));
        assertContains(answer.header("access-control-allow-methods"), "POST");
        CPPUNIT_ASSERT_EQUAL(std::string("content-type"),
                             answer.header("access-control-allow-headers"));
        CPPUNIT_ASSERT(answer.has("access-control-max-age"));
    }

    void onlyAllowedOriginsMayRead() {
        auto properties = sqliteProperties();
        properties["cors.allowedOrigins"] = "https://app.example.org, https://b.example.org";
        Daemon daemon({properties});
        const std::vector<std::pair<std::string, std::string>> cases{
            {"https://app.example.org", "https://app.example.org"},
            {"https://b.example.org", "https://b.example.org"},
            {"https://app.example.org.evil.example", ""},
            {"http://app.example.org", ""},
            {"null", ""},
            {"*", ""}};
        for (const auto& [origin, allowed] : cases) {
            const auto answer = request(daemon.port(), "GET", "/health", {}, {"Origin: " + origin});
            CPPUNIT_ASSERT_EQUAL_MESSAGE(origin, 200, answer.status);
            CPPUNIT_ASSERT_EQUAL(allowed, answer.header("access-control-allow-origin"));
            CPPUNIT_ASSERT_EQUAL(std::string("Origin"), answer.header("vary"));
        }
        CPPUNIT_ASSERT_EQUAL(preflight[0].substr(8), request(daemon.port(), "OPTIONS",
                                                             "/issuance/credentials", {}, preflight)
                                                         .header("access-control-allow-origin"));
    }

private:
    std::unique_ptr<Daemon> daemon_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(HttpRoutingTest);

} // namespace kubecred::test
