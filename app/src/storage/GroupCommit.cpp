#include "GroupCommit.h"

#include "PendingRecord.h"

#include <algorithm>
#include <utility>

namespace kubecred::storage {
namespace {

// A commit waits for a disk, and maybe for a standby: meanwhile another may begin.
constexpr std::chrono::milliseconds patience{4};

// Answers those jobs that lost against a credential which is there already, and leaves those in
// `lost` whose winner was deleted in between.
void answerLosers(Session& session, IssueJobs& lost, Deadline deadline) {
    auto same = session.findSame(credentialsOf(lost), deadline);
    IssueJobs open;
    for (std::size_t i = 0; i < lost.size(); ++i) {
        if (same[i])
            lost[i]->answer(outcomeOf(*lost[i], *std::move(same[i])));
        else
            open.push_back(lost[i]);
    }
    lost = std::move(open);
}

void record(Session& session, IssueJobs jobs, Deadline deadline) {
    while (!jobs.empty()) {
        if (std::chrono::steady_clock::now() >= deadline)
            throw StorageError(Fault::timedOut);
        const auto inserted = session.insert(credentialsOf(jobs), deadline);
        IssueJobs lost;
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
void recordEach(Session& session, const IssueJobs& jobs, Deadline deadline) {
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

void recordAll(Session& session, std::vector<IssueJob>& batch, Deadline deadline) {
    IssueJobs jobs = sorted(batch);
    const bool suspect = std::ranges::any_of(batch, &IssueJob::suspect);
    try {
        if (!suspect) {
            record(session, jobs, deadline);
            return;
        }
    } catch (const StorageError&) {
        if (jobs.size() == 1 || !session.usable())
            throw;
        std::erase_if(jobs, [](const IssueJob* job) { return job->answered(); });
    }
    recordEach(session, jobs, deadline);
}

std::unique_ptr<Pending<Outcomes>> beginToRecord(Session& session, std::vector<IssueJob>& batch) {
    return std::make_unique<PendingRecord>(session, batch);
}

void answerAll(std::vector<IssueJob>& /*batch*/, Outcomes&& outcomes) {
    for (auto& [job, outcome] : outcomes)
        job->answerHere(std::move(outcome));
}

} // namespace

GroupCommit::GroupCommit(SessionFactory factory, std::size_t poolSize, Logger& logger,
                         const Clock& clock, Metrics& metrics)
    : breaker_("writes", logger, clock),
      pool_(std::move(factory), Role::writing, poolSize, patience, &recordAll, breaker_, logger,
            metrics),
      lanes_(pool_, {&beginToRecord, &answerAll, patience, true}) {}

Deferred<IssueOutcome> GroupCommit::issue(const Credential& credential, Deadline deadline) {
    return Deferred<IssueOutcome>([this, credential = credential,
                                   deadline](Executor& executor, Sink<IssueOutcome> sink) mutable {
        lanes_.submit({std::move(credential), deadline, executor, std::move(sink)});
    });
}

} // namespace kubecred::storage
