#include "VerificationService.h"

#include "host/metrics/PrometheusMetrics.h"
#include "support/FoundCredential.h"
#include "support/Started.h"
#include "unit/FailedDeferred.h"
#include "unit/FixedClock.h"
#include "unit/ThrownError.h"

#include <cppunit/extensions/HelperMacros.h>

#include <chrono>
#include <optional>
#include <string>
#include <utility>

namespace kubecred::test {

using namespace std::chrono_literals;

namespace {

class KeepingReader final : public CredentialReader {
public:
    Deferred<std::optional<FoundCredential>> find(const LookUp& lookUp,
                                                  const RequestContext& given) override {
        context = given;
        ++questions;
        if (isDown && (!memory || lookUp.confirms))
            return failed<std::optional<FoundCredential>>(
                Error::unavailable("database unreachable"));
        if (memory && !lookUp.confirms)
            return memory;
        if (!stored || stored->credential->id != lookUp.id)
            return std::optional<FoundCredential>();
        return stored;
    }

    std::optional<FoundCredential> stored;
    std::optional<FoundCredential> memory; // answers where nothing is to be confirmed
    bool isDown = false;
    int questions = 0;
    RequestContext context;
};

} // namespace

class VerificationServiceTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(VerificationServiceTest);
    CPPUNIT_TEST(anIdAloneIsEnough);
    CPPUNIT_TEST(unknownIdsAreNotGenuine);
    CPPUNIT_TEST(whatIsGivenMustBeEqual);
    CPPUNIT_TEST(doesNotNormalize);
    CPPUNIT_TEST(asksInTheNameOfTheRequestAndPassesFailuresOn);
    CPPUNIT_TEST(whileTheDatabaseIsAwayAMismatchIsAnUnknownId);
    CPPUNIT_TEST(confirmsAMismatchWithMemory);
    CPPUNIT_TEST_SUITE_END();

public:
    void setUp() override {
        reader_.stored = foundCredential({id_, "J\xc3\xb6rg", "joerg@example.org", "passport", "{}",
                                          "worker-2", FixedClock().now()});
    }

    void anIdAloneIsEnough() {
        const auto found = verify({id_, {}, {}});
        CPPUNIT_ASSERT(found);
        CPPUNIT_ASSERT_EQUAL(std::string("joerg@example.org"), found->credential->email);
        CPPUNIT_ASSERT_EQUAL(std::string("worker-2"), found->credential->issuedBy);
    }

    void unknownIdsAreNotGenuine() {
        CPPUNIT_ASSERT(!verify({Uuid::version4(), {}, {}}));
        CPPUNIT_ASSERT(!verify({Uuid::version4(), "J\xc3\xb6rg", "joerg@example.org"}));
    }

    void whatIsGivenMustBeEqual() {
        const std::string name = "J\xc3\xb6rg";
        const std::string email = "joerg@example.org";
        CPPUNIT_ASSERT(verify({id_, name, {}}));
        CPPUNIT_ASSERT(verify({id_, {}, email}));
        CPPUNIT_ASSERT(verify({id_, name, email}));
        for (const std::string& other : {std::string("Eve"), std::string(), name + " ",
                                         name + std::string(1, '\0'), std::string("J")})
            CPPUNIT_ASSERT_MESSAGE(other, !verify({id_, other, email}));
        for (const std::string& other :
             {std::string("eve@example.org"), std::string(), std::string("Joerg@example.org"),
              std::string("joerg@example.org "), std::string("joerg@example.or")})
            CPPUNIT_ASSERT_MESSAGE(other, !verify({id_, name, other}));
        CPPUNIT_ASSERT(!verify({id_, email, name}));
    }

    // U+00F6 and o followed by U+0308 look the same.
    void doesNotNormalize() {
        CPPUNIT_ASSERT(!verify({id_, "Jo\xcc\x88rg", {}}));
        CPPUNIT_ASSERT(!verify({id_, "j\xc3\xb6rg", {}}));
        CPPUNIT_ASSERT(!verify({id_, "J\xc3\x96rg", {}}));
    }

    void asksInTheNameOfTheRequestAndPassesFailuresOn() {
        verify({id_, {}, {}});
        CPPUNIT_ASSERT(reader_.context.deadline == context_.deadline);
        CPPUNIT_ASSERT_EQUAL(std::string_view("request-1"), reader_.context.trace.requestId);
        reader_.isDown = true;
        CPPUNIT_ASSERT(thrownError([this] {
                           verify({id_, {}, {}});
                       }).kind() == ErrorKind::unavailable);
    }

    void whileTheDatabaseIsAwayAMismatchIsAnUnknownId() {
        reader_.stored->basis = FoundCredential::Basis::outage;
        reader_.stored->asOf = FixedClock().now();
        CPPUNIT_ASSERT(verify({id_, "J\xc3\xb6rg", "joerg@example.org"}));
        const auto mismatch = thrownError([&] { verify({id_, "Eve", {}}); });
        reader_.isDown = true;
        const auto unknown = thrownError([&] { verify({Uuid::version4(), "Eve", {}}); });
        CPPUNIT_ASSERT(mismatch.kind() == ErrorKind::unavailable);
        CPPUNIT_ASSERT_EQUAL(std::string(unknown.what()), std::string(mismatch.what()));
    }

    void confirmsAMismatchWithMemory() {
        reader_.memory = reader_.stored;
        reader_.memory->basis = FoundCredential::Basis::memory;
        CPPUNIT_ASSERT(verify({id_, "J\xc3\xb6rg", {}}));
        CPPUNIT_ASSERT_EQUAL(1, reader_.questions);
        CPPUNIT_ASSERT(!verify({id_, "Eve", {}}));
        CPPUNIT_ASSERT_EQUAL(3, reader_.questions);
        reader_.isDown = true;
        CPPUNIT_ASSERT(verify({id_, "J\xc3\xb6rg", {}}));
        CPPUNIT_ASSERT(thrownError([&] {
                           verify({id_, "Eve", {}});
                       }).kind() == ErrorKind::unavailable);
    }

private:
    std::optional<FoundCredential> verify(verification::VerifyRequest request) {
        return await(service_.verify(std::move(request), context_));
    }

    const Uuid id_ = Uuid::version4();
    const RequestContext context_{std::chrono::steady_clock::now() + 300ms, {"request-1", {}, {}}};
    KeepingReader reader_;
    host::PrometheusMetrics metrics_;
    verification::VerificationService service_{reader_, metrics_};
};

CPPUNIT_TEST_SUITE_REGISTRATION(VerificationServiceTest);

} // namespace kubecred::test
