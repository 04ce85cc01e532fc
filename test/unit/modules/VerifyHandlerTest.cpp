#include "VerifyHandler.h"

#include "host/metrics/PrometheusMetrics.h"
#include "support/FoundCredential.h"
#include "support/Started.h"
#include "unit/FailedDeferred.h"
#include "unit/FixedClock.h"
#include "unit/ThrownError.h"

#include <cppunit/extensions/HelperMacros.h>

#include <optional>
#include <string>

namespace kubecred::test {

namespace {

const std::string knownId = "018f3c00-abcd-7def-8123-456789abcdef";

// Knows one credential.
class FakeReader final : public CredentialReader {
public:
    Deferred<std::optional<FoundCredential>> find(const LookUp& lookUp,
                                                  const RequestContext&) override {
        if (isDown)
            return failed<std::optional<FoundCredential>>(
                Error::unavailable("database unreachable"));
        if (lookUp.id.toString() != knownId)
            return std::optional<FoundCredential>();
        return std::optional(foundCredential({lookUp.id, "Ada", "ada@example.org", "passport",
                                              R"({"a":1})", "worker-2", FixedClock().now()},
                                             asOf));
    }

    bool isDown = false;
    std::optional<Timestamp> asOf;
};

} // namespace

class VerifyHandlerTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(VerifyHandlerTest);
    CPPUNIT_TEST(answersWithTheCredential);
    CPPUNIT_TEST(saysSoWhereTheDatabaseWasNotAsked);
    CPPUNIT_TEST(readsIdsInEitherCase);
    CPPUNIT_TEST(unknownIdAndMismatchHaveOneAnswer);
    CPPUNIT_TEST(comparesExactly);
    CPPUNIT_TEST(ignoresUnknownFields);
    CPPUNIT_TEST(passesOnThatTheDatabaseIsAway);
    CPPUNIT_TEST(refusesOtherMediaTypesAndMalformedJson);
    CPPUNIT_TEST_SUITE_END();

public:
    void answersWithTheCredential() {
        const auto response = post(R"({"id":")" + knownId + R"("})");
        CPPUNIT_ASSERT_EQUAL(200, response.status);
        CPPUNIT_ASSERT_EQUAL(
            std::string(R"({"valid":true,"message":"Credential verified successfully",)"
                        R"("credential":{"id":"018f3c00-abcd-7def-8123-456789abcdef",)"
                        R"("name":"Ada","email":"ada@example.org","credentialType":"passport",)"
                        R"("metadata":{"a":1},"issuedBy":"worker-2",)"
                        R"("issuedAt":"2026-01-31T09:05:00.042Z"},)"
                        R"("verifiedBy":"worker-1","verifiedAt":"2026-01-31T09:05:00.042Z"})"),
            response.body);
    }

    void saysSoWhereTheDatabaseWasNotAsked() {
        reader_.asOf = FixedClock().now() - std::chrono::seconds(5);
        const auto response = post(R"({"id":")" + knownId + R"("})");
        CPPUNIT_ASSERT_EQUAL(200, response.status);
        CPPUNIT_ASSERT(
            response.body.ends_with(R"("verifiedAt":"2026-01-31T09:05:00.042Z",)"
                                    R"("degraded":true,"asOf":"2026-01-31T09:04:55.042Z"})"));
    }

    void readsIdsInEitherCase() {
        const auto response = post(R"({"id":"018F3C00-ABCD-7DEF-8123-456789ABCDEF"})");
        CPPUNIT_ASSERT_EQUAL(200, response.status);
        CPPUNIT_ASSERT(response.body.find(knownId) != std::string::npos);
    }

    void unknownIdAndMismatchHaveOneAnswer() {
        const std::string answer =
            R"({"valid":false,"message":"Credential not found or invalid",)"
            R"("verifiedBy":"worker-1","verifiedAt":"2026-01-31T09:05:00.042Z"})";
        for (const std::string& body :
             {std::string(R"({"id":"00000000-0000-0000-0000-000000000000"})"),
              R"({"id":")" + knownId + R"(","name":"Eve"})",
              R"({"id":")" + knownId + R"(","email":"eve@example.org"})"}) {
            const auto response = post(body);
            CPPUNIT_ASSERT_EQUAL(404, response.status);
            CPPUNIT_ASSERT_EQUAL(answer, response.body);
        }
    }

    void comparesExactly() {
        const struct {
            std::string more;
            int status;
        } cases[] = {
            {R"(,"name":"Ada")", 200},
            {R"(,"email":"ada@example.org")", 200},
            {R"(,"name":"Ada","email":"ada@example.org")", 200},
            {R"(,"name":"\u0041da")", 200},
            {R"(,"name":"ada")", 404},
            {R"(,"name":"Ada ")", 404},
            {R"(,"name":"Ad")", 404},
            {R"(,"email":"Ada@example.org")", 404},
            {R"(,"email":"ada@EXAMPLE.org")", 404},
            {R"(,"name":"Ada","email":"eve@example.org")", 404},
            {R"(,"name":"Eve","email":"ada@example.org")", 404},
        };
        for (const auto& [more, status] : cases)
            CPPUNIT_ASSERT_EQUAL_MESSAGE(more, status,
                                         post(R"({"id":")" + knownId + "\"" + more + "}").status);
    }

    void ignoresUnknownFields() {
        CPPUNIT_ASSERT_EQUAL(
            200,
            post(R"({"id":")" + knownId + R"(","credentialType":"x","metadata":null})").status);
    }

    void passesOnThatTheDatabaseIsAway() {
        reader_.isDown = true;
        const auto error = thrownError([this] { post(R"({"id":")" + knownId + R"("})"); });
        CPPUNIT_ASSERT(error.kind() == ErrorKind::unavailable);
    }

    void refusesOtherMediaTypesAndMalformedJson() {
        const http::Request plain{http::Method::post, "", {{"Content-Type", "text/plain"}}, "{}"};
        CPPUNIT_ASSERT(thrownError([&] { await(handler_(plain, {})); }).kind() ==
                       ErrorKind::unsupportedMediaType);
        CPPUNIT_ASSERT(thrownError([this] { post("{"); }).kind() == ErrorKind::malformedRequest);
    }

private:
    http::Response post(const std::string& body) const {
        return await(handler_({http::Method::post,
                               "/verification/credentials",
                               {{"Content-Type", "application/json"}},
                               body},
                              {}));
    }

    FakeReader reader_;
    FixedClock clock_;
    host::PrometheusMetrics metrics_;
    verification::VerificationService service_{reader_, metrics_};
    verification::VerifyHandler handler_{service_, clock_, "worker-1"};
};

CPPUNIT_TEST_SUITE_REGISTRATION(VerifyHandlerTest);

} // namespace kubecred::test
