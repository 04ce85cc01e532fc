#pragma once

#include "Job.h"
#include "kubecred/domain/CredentialWriter.h"

#include <algorithm>
#include <tuple>
#include <utility>
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

/// What an insert lost against is the credential itself where an earlier attempt was committed, but
/// the connection was lost before its answer came.
inline IssueOutcome outcomeOf(const IssueJob& job, Duplicate same) {
    if (same.id == job.question.id)
        return Issued{};
    return same;
}

} // namespace kubecred::storage
