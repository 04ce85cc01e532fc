#include "functional/Expectations.h"
#include "support/Daemon.h"
#include "support/RawConnection.h"

#include <memory>

namespace kubecred::test {
namespace {

const std::string issuance = "/issuance/credentials";
const std::string verification = "/verification/credentials";

} // namespace

/// Every status of the contract, beside those of health and of API keys.
class HttpStatusTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(HttpStatusTest);
    CPPUNIT_TEST(aCredentialIsIssuedOnce);
    CPPUNIT_TEST(aCredentialIsVerifiedOrNotFound);
    CPPUNIT_TEST(invalidFieldsAre400);
    CPPUNIT_TEST(errorsOfTheFrontHaveTheirShape);
    CPPUNIT_TEST(withoutADatabaseItIs503);
    CPPUNIT_TEST_SUITE_END();

public:
    void setUp() override { daemon_ = std::make_unique<Daemon>(DaemonOptions{sqliteProperties()}); }

    void tearDown() override { daemon_.reset(); }

    void aCredentialIsIssuedOnce() {
        const auto issued = post(daemon_->port(), issuance, issueBody("Ada"));
        CPPUNIT_ASSERT_EQUAL(201, issued.status);
        CPPUNIT_ASSERT(issued.json()->getValue<bool>("success"));
        const auto refused = post(daemon_->port(), issuance, issueBody("Ada"));
        CPPUNIT_ASSERT_EQUAL(409, refused.status);
        CPPUNIT_ASSERT(!refused.json()->getValue<bool>("success"));
        CPPUNIT_ASSERT_EQUAL(std::string("Credential already issued"), refused.text("message"));
        CPPUNIT_ASSERT_EQUAL(issued.text("credential.id"), refused.text("existingCredential.id"));
    }

    void aCredentialIsVerifiedOrNotFound() {
        const std::string id =
            post(daemon_->port(), issuance, issueBody("Ada")).text("credential.id");
        const auto found = post(daemon_->port(), verification, verifyBody(id));
        CPPUNIT_ASSERT_EQUAL(200, found.status);
        CPPUNIT_ASSERT(found.json()->getValue<bool>("valid"));
        for (const std::string& body : {verifyBody("00000000-0000-7000-8000-000000000000"),
                                        R"({"name":"Bob","id":")" + id + R"("})",
                                        R"({"email":"b@b.org","id":")" + id + R"("})"}) {
            const auto missed = post(daemon_->port(), verification, body);
            CPPUNIT_ASSERT_EQUAL_MESSAGE(body, 404, missed.status);
            CPPUNIT_ASSERT(!missed.json()->getValue<bool>("valid"));
            CPPUNIT_ASSERT_EQUAL(std::string("Credential not found or invalid"),
                                 missed.text("message"));
        }
    }

    void invalidFieldsAre400() {
        for (const std::string body : {"{}", "[]", "null", "1", "\"a\"", R"({"name":1})",
                                       R"({"name":"Ada","email":"a","credentialType":"b"})"})
            for (const auto& path : {issuance, verification}) {
                const auto answer = post(daemon_->port(), path, body);
                CPPUNIT_ASSERT_EQUAL_MESSAGE(body, 400, answer.status);
                CPPUNIT_ASSERT_EQUAL(std::string("Validation failed"), answer.text("message"));
                CPPUNIT_ASSERT(!answer.json()->getArray("errors")->empty());
            }
    }

    void errorsOfTheFrontHaveTheirShape() {
        assertProblem(request(daemon_->port(), "GET", "/nowhere"), "Not found");
        assertProblem(request(daemon_->port(), "PUT", issuance), "Method not allowed");
        const std::string head = "POST " + issuance + " HTTP/1.1\r\nHost: a\r\n";
        const std::vector<std::pair<std::string, std::string>> refused{
            {"POST " + issuance + " HTTP/1.0\r\n\r\n", "411 Content-Length is required"},
            {head + "Content-Length: 102401\r\n\r\n", "413 Request body too large"},
            {head + "Content-Length: 1,1\r\n\r\n", "400 Malformed HTTP request"},
            {head + "X: " + std::string(20000, 'a'), "431 Request header fields too large"}};
        for (const auto& [bytes, expected] : refused) {
            const auto answers = answersUntilClosed(daemon_->port(), {bytes});
            CPPUNIT_ASSERT_EQUAL(expected.substr(0, 3), statusesOf(answers));
            assertProblem(answers[0], expected.substr(4));
        }
    }

    void withoutADatabaseItIs503() {
        const Daemon daemon({postgresProperties(freePort(), "none")});
        daemon.waitForStatus("degraded");
        const std::string id = "00000000-0000-7000-8000-000000000000";
        for (const auto& answer : {post(daemon.port(), issuance, issueBody("Ada")),
                                   post(daemon.port(), verification, verifyBody(id))}) {
            CPPUNIT_ASSERT_EQUAL(503, answer.status);
            CPPUNIT_ASSERT(std::stoi(answer.header("retry-after")) > 0);
            assertProblem(answer, answer.text("message"));
        }
        CPPUNIT_ASSERT_EQUAL(400, post(daemon.port(), issuance, "{}").status);
        CPPUNIT_ASSERT_EQUAL(200, request(daemon.port(), "GET", "/health").status);
    }

private:
    std::unique_ptr<Daemon> daemon_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(HttpStatusTest);

} // namespace kubecred::test
