#include "GroupCommit.h"

#include "PendingRecord.h"
#include "kubecred/Overdue.h"

#include <algorithm>
#include <utility>

namespace kubecred::storage {
namespace {

// A commit waits for a disk, and maybe for a standby: meanwhile another may begin.
constexpr std::chrono::milliseconds patience{4};

template <typename Answers>
IssueJobs answerEach(const IssueJobs& jobs, Answers&& answers) {
    Outcomes outcomes;
    auto open = sortOut(jobs, std::forward<Answers>(answers), outcomes);
    for (auto& [job, outcome] : outcomes)
        job->answer(std::move(outcome));
    return open;
}

// Again and again, as what a credential lost against may be deleted before it is found.
void record(Session& session, IssueJobs jobs, Deadline deadline) {
    while (!jobs.empty()) {
        if (std::chrono::steady_clock::now() >= deadline)
            throw StorageError(Fault::timedOut);
        jobs = answerEach(jobs, session.insert(credentialsOf(jobs), deadline));
        if (!jobs.empty())
            jobs = answerEach(jobs, session.findSame(credentialsOf(jobs), deadline));
    }
}

// One credential that the database refuses, or whose key somebody else has locked, must not fail
// its neighbours. Where it is the table that is locked, the probe finds out and ends it for all.
// One that met a conflict is left open, to be tried again.
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
            if (error.fault() == Fault::conflict)
                failAtLast(*job, error.fault());
            else
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

std::unique_ptr<Pending<Outcomes>> beginToRecord(Session& session, std::vector<IssueJob>& batch,
                                                 const Executor& here) {
    return std::make_unique<PendingRecord>(session, batch, here);
}

void answerAll(std::vector<IssueJob>& /*batch*/, Outcomes&& outcomes, const Executor& here) {
    for (auto& [job, outcome] : outcomes)
        job->answer(std::move(outcome), here);
}

} // namespace

GroupCommit::GroupCommit(SessionFactory factory, std::size_t poolSize, Logger& logger,
                         const Clock& clock, Metrics& metrics)
    : breaker_("writes", logger, clock),
      pool_(std::move(factory), Role::writing, poolSize, patience, &recordAll, breaker_, logger,
            metrics),
      lanes_(pool_, patience, {&beginToRecord, &answerAll, true, true}) {}

Deferred<IssueOutcome> GroupCommit::issue(const Credential& credential,
                                          const RequestContext& context) {
    return Deferred<IssueOutcome>([this, credential = credential, deadline = context.deadline](
                                      Executor& executor, Sink<IssueOutcome> sink) mutable {
        lanes_.submit({std::move(credential), deadline, executor,
                       failingWhenOverdue(executor, deadline, overdue, std::move(sink))});
    });
}

} // namespace kubecred::storage
