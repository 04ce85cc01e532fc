#include "LookUpHandler.h"

#include "support/FoundCredential.h"
#include "support/Started.h"
#include "unit/FailedDeferred.h"
#include "unit/FixedClock.h"
#include "unit/ThrownError.h"

#include <cppunit/extensions/HelperMacros.h>

#include <optional>
#include <string>

namespace kubecred::test {

using namespace std::chrono_literals;
using Found = std::optional<FoundCredential>;

namespace {

const std::string knownId = "018f3c00-abcd-7def-8123-456789abcdef";

// Knows one credential.
class OneCredential final : public CredentialReader {
public:
    Deferred<Found> find(const LookUp& lookUp, const RequestContext& context) override {
        deadline = context.deadline;
        if (isDown)
            return failed<Found>(Error::unavailable("database unreachable"));
        if (lookUp.id.toString() != knownId)
            return Found();
        return Found(
            foundCredential({lookUp.id, "Ada", "a@b.ch", "degree", "{}", "w", clock.now()}, asOf));
    }

    FixedClock clock;
    Deadline deadline;
    bool isDown = false;
    std::optional<Timestamp> asOf;
};

} // namespace

class LookUpHandlerTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(LookUpHandlerTest);
    CPPUNIT_TEST(answersWithTheCredential);
    CPPUNIT_TEST(saysHowOldTheAnswerIs);
    CPPUNIT_TEST(answersNullForAnUnknownId);
    CPPUNIT_TEST(wantsAnId);
    CPPUNIT_TEST(passesOnThatTheDatabaseIsAway);
    CPPUNIT_TEST(asksInTheNameOfTheRequest);
    CPPUNIT_TEST_SUITE_END();

public:
    void answersWithTheCredential() {
        CPPUNIT_ASSERT_EQUAL(
            R"({"id":")" + knownId +
                R"(","name":"Ada","email":"a@b.ch","credentialType":"degree","metadata":{},)"
                R"("issuedBy":"w","issuedAt":"2026-01-31T09:05:00.042Z"})",
            ask(knownId));
    }

    void saysHowOldTheAnswerIs() {
        reader_.asOf = reader_.clock.now();
        CPPUNIT_ASSERT(ask(knownId).ends_with(R"(,"asOf":"2026-01-31T09:05:00.042Z"})"));
    }

    void answersNullForAnUnknownId() {
        CPPUNIT_ASSERT_EQUAL(std::string("null"), ask(Uuid::version4().toString()));
    }

    void wantsAnId() {
        CPPUNIT_ASSERT(thrownError([&] { ask("no id"); }).kind() == ErrorKind::validation);
    }

    void passesOnThatTheDatabaseIsAway() {
        reader_.isDown = true;
        CPPUNIT_ASSERT(thrownError([&] { ask(knownId); }).kind() == ErrorKind::unavailable);
    }

    void asksInTheNameOfTheRequest() {
        ask(knownId);
        CPPUNIT_ASSERT(reader_.deadline == context_.deadline);
    }

private:
    std::string ask(const std::string& id) {
        const std::string body = R"({"id":")" + id + R"("})";
        http::Request request;
        request.headers = {{"Content-Type", "application/json"}};
        request.body = body;
        const auto response = await(issuance::LookUpHandler(reader_)(request, context_));
        CPPUNIT_ASSERT_EQUAL(200, response.status);
        return response.body;
    }

    const RequestContext context_{std::chrono::steady_clock::now() + 300ms};
    OneCredential reader_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(LookUpHandlerTest);

} // namespace kubecred::test
