#include "IssuanceService.h"

#include "host/metrics/PrometheusMetrics.h"
#include "support/Started.h"
#include "unit/FailedDeferred.h"
#include "unit/FixedClock.h"
#include "unit/ThrownError.h"

#include <cppunit/extensions/HelperMacros.h>

#include <chrono>
#include <optional>
#include <string>
#include <variant>

namespace kubecred::test {

using namespace std::chrono_literals;

namespace {

class KeepingWriter final : public CredentialWriter {
public:
    Deferred<IssueOutcome> issue(const Credential& given, const RequestContext& context) override {
        credential = given;
        deadline = context.deadline;
        if (isDown)
            return failed<IssueOutcome>(Error::unavailable("database unreachable"));
        return outcome;
    }

    IssueOutcome outcome = Issued{};
    bool isDown = false;
    std::optional<Credential> credential;
    Deadline deadline;
};

} // namespace

class IssuanceServiceTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(IssuanceServiceTest);
    CPPUNIT_TEST(issuesWhatWasAskedFor);
    CPPUNIT_TEST(idsCarryTheTimeAndDiffer);
    CPPUNIT_TEST(yieldsTheCredentialThatWasThereBefore);
    CPPUNIT_TEST(issuesInTheNameOfTheRequest);
    CPPUNIT_TEST(passesFailuresOn);
    CPPUNIT_TEST_SUITE_END();

public:
    void issuesWhatWasAskedFor() {
        const auto outcome =
            await(service_.issue({" Ada ", "ada@example.org", "passport", "{\"a\":1}"}, context_));
        for (const auto& credential : {std::get<Credential>(outcome), *writer_.credential}) {
            CPPUNIT_ASSERT_EQUAL(std::string(" Ada "), credential.name);
            CPPUNIT_ASSERT_EQUAL(std::string("ada@example.org"), credential.email);
            CPPUNIT_ASSERT_EQUAL(std::string("passport"), credential.credentialType);
            CPPUNIT_ASSERT_EQUAL(std::string("{\"a\":1}"), credential.metadata);
            CPPUNIT_ASSERT_EQUAL(std::string("worker-1"), credential.issuedBy);
            CPPUNIT_ASSERT(credential.issuedAt == clock_.now());
        }
        CPPUNIT_ASSERT(std::get<Credential>(outcome).id == writer_.credential->id);
        CPPUNIT_ASSERT_EQUAL(std::string("worker-1"), service_.workerId());
    }

    void idsCarryTheTimeAndDiffer() {
        issue();
        const Uuid first = writer_.credential->id;
        issue();
        CPPUNIT_ASSERT(first != writer_.credential->id);
        const std::string time = Uuid::version7(clock_.now()).toString().substr(0, 15);
        CPPUNIT_ASSERT_EQUAL(time, first.toString().substr(0, 15));
    }

    void yieldsTheCredentialThatWasThereBefore() {
        const Uuid id = Uuid::version4();
        writer_.outcome = Duplicate{id, "worker-2", clock_.now()};
        const auto outcome = issue();
        CPPUNIT_ASSERT(std::get<Duplicate>(outcome).id == id);
        CPPUNIT_ASSERT_EQUAL(std::string("worker-2"), std::get<Duplicate>(outcome).issuedBy);
    }

    void issuesInTheNameOfTheRequest() {
        issue();
        CPPUNIT_ASSERT(writer_.deadline == context_.deadline);
    }

    void passesFailuresOn() {
        writer_.isDown = true;
        const auto error = thrownError([this] { issue(); });
        CPPUNIT_ASSERT(error.kind() == ErrorKind::unavailable);
    }

private:
    std::variant<Credential, Duplicate> issue() {
        return await(service_.issue({"Ada", "ada@example.org", "passport", "{}"}, context_));
    }

    const RequestContext context_{std::chrono::steady_clock::now() + 300ms};
    KeepingWriter writer_;
    FixedClock clock_;
    host::PrometheusMetrics metrics_;
    issuance::IssuanceService service_{writer_, clock_, "worker-1", metrics_};
};

CPPUNIT_TEST_SUITE_REGISTRATION(IssuanceServiceTest);

} // namespace kubecred::test
