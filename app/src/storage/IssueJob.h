#pragma once

#include "Job.h"
#include "kubecred/domain/CredentialWriter.h"

#include <algorithm>
#include <cstddef>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

namespace kubecred::storage {

/// A credential that is to be recorded.
using IssueJob = Job<Credential, IssueOutcome>;

/// Some jobs of a batch.
using IssueJobs = std::vector<IssueJob*>;

/// What must be unlike in any two credentials.
inline auto keyOf(const IssueJob& job) {
    return std::tie(job.question.name, job.question.email, job.question.credentialType);
}

/// In the order of their keys: two batches with the same keys in different order would wait for
/// each other in a circle.
inline IssueJobs sorted(std::vector<IssueJob>& batch) {
    IssueJobs jobs;
    jobs.reserve(batch.size());
    for (auto& job : batch)
        jobs.push_back(&job);
    std::ranges::stable_sort(jobs, {}, [](const IssueJob* job) { return keyOf(*job); });
    return jobs;
}

inline std::vector<const Credential*> credentialsOf(const IssueJobs& jobs) {
    std::vector<const Credential*> credentials;
    credentials.reserve(jobs.size());
    for (const IssueJob* job : jobs)
        credentials.push_back(&job->question);
    return credentials;
}

/// Jobs that are to be answered, and with what.
using Outcomes = std::vector<std::pair<IssueJob*, IssueOutcome>>;

/// Adds those that have an answer to the outcomes, and returns the others. What a credential lost
/// against is itself where an earlier attempt was committed, but the connection was lost before its
/// answer came.
template <typename Answers>
IssueJobs sortOut(const IssueJobs& jobs, Answers&& answers, Outcomes& outcomes) {
    IssueJobs open;
    for (std::size_t i = 0; i < jobs.size(); ++i) {
        if (!answers[i]) {
            open.push_back(jobs[i]);
            continue;
        }
        IssueOutcome outcome = *std::move(answers[i]);
        const auto* same = std::get_if<Duplicate>(&outcome);
        if (same != nullptr && same->id == jobs[i]->question.id)
            outcome = Issued{};
        outcomes.emplace_back(jobs[i], std::move(outcome));
    }
    return open;
}

} // namespace kubecred::storage
