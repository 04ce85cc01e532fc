#include "GroupCommit.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace kubecred::storage {
namespace {

using IssueJob = Job<Credential, IssueOutcome>;
using Jobs = std::vector<IssueJob*>;

// A commit waits for a disk, and maybe for a standby: meanwhile another may begin.
constexpr std::chrono::milliseconds patience{1};

auto keyOf(const IssueJob& job) {
    return std::tie(job.question.name, job.question.email, job.question.credentialType);
}

std::vector<const Credential*> credentialsOf(const Jobs& jobs) {
    std::vector<const Credential*> credentials;
    credentials.reserve(jobs.size());
    for (const IssueJob* job : jobs)
        credentials.push_back(&job->question);
    return credentials;
}

// What an insert lost against is the credential itself where an earlier attempt was committed, but
// the connection was lost before its answer came.
IssueOutcome outcomeOf(const IssueJob& job, Duplicate same) {
    if (same.id == job.question.id)
        return Issued{};
    return same;
}

// Answers those jobs that lost against a credential which is there already, and leaves those in
// `lost` whose winner was deleted in between.
void answerLosers(Session& session, Jobs& lost, Deadline deadline) {
    auto same = session.findSame(credentialsOf(lost), deadline);
    Jobs open;
    for (std::size_t i = 0; i < lost.size(); ++i) {
        if (same[i])
            lost[i]->answer(outcomeOf(*lost[i], *std::move(same[i])));
        else
            open.push_back(lost[i]);
    }
    lost = std::move(open);
}

void record(Session& session, Jobs jobs, Deadline deadline) {
    while (!jobs.empty()) {
        if (std::chrono::steady_clock::now() >= deadline)
            throw StorageError(Fault::timedOut);
        const auto inserted = session.insert(credentialsOf(jobs), deadline);
        Jobs lost;
        for (std::size_t i = 0; i < jobs.size(); ++i) {
            if (inserted[i])
                jobs[i]->answer(Issued{});
            else
                lost.push_back(jobs[i]);
        }
        if (!lost.empty())
            answerLosers(session, lost, deadline);
        jobs = std::move(lost);
    }
}

// One credential that the database refuses, or whose key somebody else has locked, must not fail
// its neighbours. Where it is the table that is locked, the probe finds out and ends it for all.
void recordEach(Session& session, const Jobs& jobs, Deadline deadline) {
    const IssueJob* locked = nullptr;
    for (IssueJob* job : jobs) {
        if (locked != nullptr && keyOf(*locked) == keyOf(*job)) {
            job->fail(Fault::locked);
            continue;
        }
        try {
            record(session, {job}, deadline);
        } catch (const StorageError& error) {
            if (!session.usable())
                throw;
            job->fail(error.fault());
            if (error.fault() != Fault::locked)
                continue;
            session.probe(deadline);
            locked = job;
        }
    }
}

} // namespace

GroupCommit::GroupCommit(SessionFactory factory, std::size_t poolSize, Logger& logger,
                         const Clock& clock, Metrics& metrics)
    : breaker_("writes", logger, clock),
      pool_(std::move(factory), Role::writing, poolSize, patience, &GroupCommit::recordAll,
            breaker_, logger, metrics) {}

Deferred<IssueOutcome> GroupCommit::issue(const Credential& credential, Deadline deadline) {
    return Deferred<IssueOutcome>([this, credential = credential,
                                   deadline](Executor& executor, Sink<IssueOutcome> sink) mutable {
        pool_.submit({std::move(credential), deadline, executor, std::move(sink)});
    });
}

void GroupCommit::recordAll(Session& session, std::vector<IssueJob>& batch, Deadline deadline) {
    Jobs jobs;
    for (auto& job : batch)
        jobs.push_back(&job);
    // Two batches with the same keys in different order would wait for each other in a circle.
    std::ranges::stable_sort(jobs, {}, [](const IssueJob* job) { return keyOf(*job); });
    try {
        record(session, jobs, deadline);
    } catch (const StorageError&) {
        if (jobs.size() == 1 || !session.usable())
            throw;
        std::erase_if(jobs, [](const IssueJob* job) { return job->answered(); });
        recordEach(session, jobs, deadline);
    }
}

} // namespace kubecred::storage
