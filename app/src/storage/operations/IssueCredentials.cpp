#include "IssueCredentials.h"

#include "kubecred/Overdue.h"
#include "storage/Statements.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace kubecred::storage {
namespace {

using Job = Issuing::Job;
using Jobs = std::vector<Job*>;

// A commit waits for a disk, and maybe for a standby: meanwhile another may begin.
constexpr std::chrono::milliseconds patience{4};

// What must be unlike in any two credentials.
auto keyOf(const Job& job) {
    return std::tie(job.question.name, job.question.email, job.question.credentialType);
}

// In the order of their keys: two batches with the same keys in different order would wait for
// each other in a circle.
Jobs sorted(std::vector<Job>& batch) {
    Jobs jobs;
    jobs.reserve(batch.size());
    for (Job& job : batch)
        if (!job.answered())
            jobs.push_back(&job);
    std::ranges::stable_sort(jobs, {}, [](const Job* job) { return keyOf(*job); });
    return jobs;
}

template <typename Member>
auto of(Member Credential::*member) {
    return [member](const Job* job) { return Value(job->question.*member); };
}

Parameters keysOf(const Jobs& jobs) {
    Parameters parameters;
    parameters.addColumn(jobs, of(&Credential::id))
        .addColumn(jobs, of(&Credential::name))
        .addColumn(jobs, of(&Credential::email))
        .addColumn(jobs, of(&Credential::credentialType));
    return parameters;
}

Parameters credentialsOf(const Jobs& jobs) {
    Parameters parameters = keysOf(jobs);
    parameters.addColumn(jobs, of(&Credential::metadata))
        .addColumn(jobs, of(&Credential::issuedBy))
        .addColumn(jobs, of(&Credential::issuedAt));
    return parameters;
}

// What a credential lost against is itself where an earlier attempt was committed, but the
// connection was lost before its answer came.
IssueOutcome outcomeOf(const Job& job, const Rows& rows, std::size_t row) {
    if (rows.isNull(row, 1) || rows.uuid(row, 1) == job.question.id)
        return Issued{};
    return Duplicate{.id = rows.uuid(row, 1),
                     .issuedBy = std::string(rows.text(row, 2)),
                     .issuedAt = rows.timestamp(row, 3)};
}

// Answers those that the rows tell of; the others are left.
void answer(Jobs& jobs, const Rows& rows) {
    const RowsById byId(rows);
    std::erase_if(jobs, [&](Job* job) {
        const auto row = byId.find(job->question.id);
        if (row)
            job->answer(outcomeOf(*job, rows, *row));
        return row.has_value();
    });
}

bool waitsForStandby(const Rows& existing) {
    return existing.count() > 0 && existing.boolean(0, 4);
}

} // namespace

template class Batcher<Issuing>;

IssueCredentials::IssueCredentials(SessionPool& pool) : batcher_(pool, patience) {}

Deferred<IssueOutcome> IssueCredentials::issue(const Credential& credential,
                                               const RequestContext& context) {
    return Deferred<IssueOutcome>([this, credential = credential, deadline = context.deadline](
                                      Executor& loop, Sink<IssueOutcome> sink) mutable {
        batcher_.submit({std::move(credential), deadline, loop,
                         failingWhenOverdue(loop, deadline, overdue, std::move(sink))});
    });
}

// Again and again, as what a credential lost against may be deleted before it is found. A session
// that was ended while its commit waited for the synchronous standby has left a row that can be
// seen and may yet be lost: a commit of our own waits for all that came before it.
Deferred<Done> Issuing::perform(Lease& lease, std::vector<Job>& jobs) {
    Jobs open = sorted(jobs);
    while (!open.empty()) {
        if (std::chrono::steady_clock::now() >= lease.deadline())
            throw StorageError(Fault::timedOut);
        const auto credentials = credentialsOf(open);
        const auto inserted = co_await lease.run(sql::writing::insertCredentials, credentials);
        answer(open, *inserted);
        if (open.empty())
            break;
        const auto keys = keysOf(open);
        const auto existing = co_await lease.run(sql::writing::findExisting, keys);
        if (waitsForStandby(*existing)) {
            const Parameters none;
            co_await lease.run(sql::writing::commitNothing, none);
        }
        answer(open, *existing);
    }
    co_return Done{};
}

// One credential that the database refuses, or whose key somebody else has locked, must not fail
// its neighbours.
bool Issuing::isAboutOne(Fault) noexcept { return true; }

bool Issuing::waitForTheSame(const Job& one, const Job& other) {
    return keyOf(one) == keyOf(other);
}

} // namespace kubecred::storage
