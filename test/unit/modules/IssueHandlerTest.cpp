#include "IssueHandler.h"

#include "host/metrics/PrometheusMetrics.h"
#include "support/Started.h"
#include "unit/FailedDeferred.h"
#include "unit/FixedClock.h"
#include "unit/ThrownError.h"

#include <cppunit/extensions/HelperMacros.h>

#include <optional>
#include <string>

namespace kubecred::test {

namespace {

// Answers as it is told to and keeps what it was given.
class FakeWriter final : public CredentialWriter {
public:
    Deferred<IssueOutcome> issue(const Credential& credential, const RequestContext&) override {
        if (isDown)
            return failed<IssueOutcome>(Error::unavailable("database unreachable"));
        given = credential;
        return outcome;
    }

    IssueOutcome outcome = Issued{};
    bool isDown = false;
    std::optional<Credential> given;
};

} // namespace

class IssueHandlerTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(IssueHandlerTest);
    CPPUNIT_TEST(answersWithTheNewCredential);
    CPPUNIT_TEST(metadataIsAnEmptyObjectWhereNoneIsGiven);
    CPPUNIT_TEST(answersWithTheCredentialThatWasThereBefore);
    CPPUNIT_TEST(keepsTextsExactly);
    CPPUNIT_TEST(ignoresUnknownFields);
    CPPUNIT_TEST(passesOnThatTheDatabaseIsAway);
    CPPUNIT_TEST(doesNotReadEncodedOrOtherBodies);
    CPPUNIT_TEST_SUITE_END();

public:
    void answersWithTheNewCredential() {
        const auto response = post(R"({"metadata":{ "level" : 1.50 },"credentialType":"passport",)"
                                   R"("email":"ada@example.org","name":"Ada"})");
        CPPUNIT_ASSERT_EQUAL(201, response.status);
        CPPUNIT_ASSERT(response.headers.empty());
        const std::string id = writer_.given->id.toString();
        CPPUNIT_ASSERT_EQUAL('7', id[14]);
        CPPUNIT_ASSERT_EQUAL(
            R"({"success":true,"message":"credential issued by worker-1","credential":{"id":")" +
                id +
                R"(","name":"Ada","email":"ada@example.org","credentialType":"passport",)"
                R"("metadata":{"level":1.50},"issuedBy":"worker-1",)"
                R"("issuedAt":"2026-01-31T09:05:00.042Z"}})",
            response.body);
    }

    void metadataIsAnEmptyObjectWhereNoneIsGiven() {
        const auto response =
            post(R"({"name":"Ada","email":"ada@example.org","credentialType":"passport"})");
        CPPUNIT_ASSERT_EQUAL(std::string("{}"), writer_.given->metadata);
        CPPUNIT_ASSERT(response.body.find(R"("metadata":{},)") != std::string::npos);
    }

    void answersWithTheCredentialThatWasThereBefore() {
        writer_.outcome = Duplicate{*Uuid::parse("018f3c00-abcd-7def-8123-456789abcdef"),
                                    "worker-2", clock_.now()};
        const auto response =
            post(R"({"name":"Ada","email":"ada@example.org","credentialType":"passport"})");
        CPPUNIT_ASSERT_EQUAL(409, response.status);
        CPPUNIT_ASSERT_EQUAL(
            std::string(R"({"success":false,"message":"Credential already issued",)"
                        R"("existingCredential":{"id":"018f3c00-abcd-7def-8123-456789abcdef",)"
                        R"("issuedBy":"worker-2","issuedAt":"2026-01-31T09:05:00.042Z"}})"),
            response.body);
    }

    void keepsTextsExactly() {
        post(R"({"name":" A\u0308da\n","email":"Ada@Example.ORG","credentialType":" x "})");
        CPPUNIT_ASSERT_EQUAL(std::string(" A\xcc\x88"
                                         "da\n"),
                             writer_.given->name);
        CPPUNIT_ASSERT_EQUAL(std::string("Ada@Example.ORG"), writer_.given->email);
        CPPUNIT_ASSERT_EQUAL(std::string(" x "), writer_.given->credentialType);
    }

    void ignoresUnknownFields() {
        const auto response =
            post(R"({"id":"x","issuedBy":1,"name":"Ada","email":"ada@example.org",)"
                 R"("credentialType":"passport","Name":null,"other":[1e400,"\u0000"]})");
        CPPUNIT_ASSERT_EQUAL(201, response.status);
        CPPUNIT_ASSERT_EQUAL(std::string("worker-1"), writer_.given->issuedBy);
        CPPUNIT_ASSERT(response.body.find("other") == std::string::npos);
    }

    void passesOnThatTheDatabaseIsAway() {
        writer_.isDown = true;
        const auto error = thrownError([this] {
            post(R"({"name":"Ada","email":"ada@example.org","credentialType":"passport"})");
        });
        CPPUNIT_ASSERT(error.kind() == ErrorKind::unavailable);
    }

    void doesNotReadEncodedOrOtherBodies() {
        const http::Request plain{http::Method::post, "", {{"Content-Type", "text/plain"}}, "{}"};
        CPPUNIT_ASSERT(thrownError([&] { await(handler_(plain, {})); }).kind() ==
                       ErrorKind::unsupportedMediaType);
        CPPUNIT_ASSERT(thrownError([this] { post("{"); }).kind() == ErrorKind::malformedRequest);
        CPPUNIT_ASSERT(!writer_.given);
    }

private:
    http::Response post(std::string_view body) const {
        return await(handler_({http::Method::post,
                               "/issuance/credentials",
                               {{"Content-Type", "application/json"}},
                               body},
                              {}));
    }

    FakeWriter writer_;
    FixedClock clock_;
    host::PrometheusMetrics metrics_;
    issuance::IssuanceService service_{writer_, clock_, "worker-1", metrics_};
    issuance::IssueHandler handler_{service_};
};

CPPUNIT_TEST_SUITE_REGISTRATION(IssueHandlerTest);

} // namespace kubecred::test
