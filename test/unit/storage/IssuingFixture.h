#pragma once

#include "FakeSession.h"
#include "host/metrics/PrometheusMetrics.h"
#include "storage/operations/IssueCredentials.h"
#include "storage/sessions/SessionPool.h"
#include "support/LoopExecutor.h"
#include "support/Started.h"
#include "unit/FixedClock.h"
#include "unit/RecordingLogger.h"
#include "unit/ThrownError.h"

#include <cppunit/extensions/HelperMacros.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace kubecred::test {

/// A writer with one session of a fake database. What is issued before `start` travels in one
/// batch.
class IssuingFixture : public CppUnit::TestFixture {
public:
    void tearDown() override {
        database_.releaseAnswers();
        pool_.stop();
    }

protected:
    static Deadline soon() { return std::chrono::steady_clock::now() + std::chrono::seconds(5); }

    Credential named(std::string name) const {
        return {Uuid::version4(), std::move(name), "ada@example.org", "passport", "{}",
                "worker-1",       clock_.now()};
    }

    IssueOutcome issue(const Credential& credential) {
        return await(writer_.issue(credential, {soon()}), loop_);
    }

    std::vector<Started<IssueOutcome>> start(const std::vector<Credential>& credentials) {
        return loop_.inOneTurn([&] {
            std::vector<Started<IssueOutcome>> issues;
            for (const auto& credential : credentials)
                issues.emplace_back(writer_.issue(credential, {soon()}), loop_);
            return issues;
        });
    }

    static bool isIssued(const IssueOutcome& outcome) {
        return std::holds_alternative<Issued>(outcome);
    }

    /// What it fails with, as the log says it.
    static std::string failureOf(Started<IssueOutcome>& issue,
                                 ErrorKind kind = ErrorKind::unavailable) {
        const Error error = thrownError([&] { issue.get(); });
        CPPUNIT_ASSERT(error.kind() == kind);
        return error.detail();
    }

    FakeDatabase database_;
    RecordingLogger logger_;
    FixedClock clock_;
    host::PrometheusMetrics metrics_;
    storage::CircuitBreaker breaker_{"writes", logger_, clock_};
    storage::SessionPool pool_{
        database_.factory(), storage::Role::writing, 1, breaker_, logger_, metrics_};
    storage::IssueCredentials writer_{pool_};
    LoopExecutor loop_; // last: it must end before what works on it
};

} // namespace kubecred::test
