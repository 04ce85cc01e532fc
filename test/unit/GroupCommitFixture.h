#pragma once

#include "FakeSession.h"
#include "FixedClock.h"
#include "RecordingLogger.h"
#include "ThrownError.h"
#include "host/metrics/PrometheusMetrics.h"
#include "storage/GroupCommit.h"
#include "support/Started.h"

#include <cppunit/extensions/HelperMacros.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace kubecred::test {

/// A writer with one session of a fake database. What is issued before `start` travels in one
/// batch.
class GroupCommitFixture : public CppUnit::TestFixture {
protected:
    static Deadline soon() { return std::chrono::steady_clock::now() + std::chrono::seconds(5); }

    Credential named(std::string name) const {
        return {Uuid::version4(), std::move(name), "ada@example.org", "passport", "{}",
                "worker-1",       clock_.now()};
    }

    std::vector<Started<IssueOutcome>> start(const std::vector<Credential>& credentials) {
        std::vector<Started<IssueOutcome>> issues;
        for (const auto& credential : credentials)
            issues.emplace_back(writer_.issue(credential, soon()));
        return issues;
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
    storage::GroupCommit writer_{database_.factory(), 1, logger_, clock_, metrics_};
};

} // namespace kubecred::test
