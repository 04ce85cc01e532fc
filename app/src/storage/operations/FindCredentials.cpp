#include "FindCredentials.h"

#include "kubecred/Overdue.h"
#include "storage/Statements.h"

#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <utility>

namespace kubecred::storage {
namespace {

using Job = Finding::Job;

// Look-ups are quick, and the larger the batch the less each of them costs.
constexpr std::chrono::milliseconds patience{10};

// What is asked for alone is never too large.
Parameters parametersOf(const std::vector<Job>& jobs) {
    constexpr std::int64_t anySize = std::numeric_limits<std::int32_t>::max();
    const bool isAlone = jobs.size() == 1;
    Parameters parameters;
    parameters.addColumn(jobs, [](const Job& job) { return Value(job.question); })
        .add(isAlone ? anySize : Finding::mostBytesBesideOthers);
    return parameters;
}

FoundCredential foundIn(const Rows& rows, std::size_t row) {
    const auto text = [&](std::size_t column) { return std::string(rows.text(row, column)); };
    return {std::make_shared<const Credential>(Credential{.id = rows.uuid(row, 0),
                                                          .name = text(1),
                                                          .email = text(2),
                                                          .credentialType = text(3),
                                                          .metadata = text(4),
                                                          .issuedBy = text(5),
                                                          .issuedAt = rows.timestamp(row, 6)})};
}

} // namespace

template class Batcher<Finding>;

FindCredentials::FindCredentials(SessionPool& pool) : batchers_(pool, patience) {}

Deferred<std::optional<FoundCredential>> FindCredentials::find(const LookUp& lookUp,
                                                               const RequestContext& context) {
    using Found = std::optional<FoundCredential>;
    return Deferred<Found>(
        [this, id = lookUp.id, deadline = context.deadline](Executor& loop, Sink<Found> sink) {
            batchers_.submit(
                {id, deadline, loop, failingWhenOverdue(loop, deadline, overdue, std::move(sink))});
        });
}

Deferred<Done> Finding::perform(Lease& lease, std::vector<Job>& jobs) {
    const auto parameters = parametersOf(jobs);
    const auto rows = co_await lease.run(sql::reading::findCredentials, parameters);
    const RowsById byId(*rows);
    for (Job& job : jobs) {
        const auto row = byId.find(job.question);
        const bool isTooLarge = row && rows->isNull(*row, 4);
        if (isTooLarge)
            job.alone = true;
        else
            job.answer(row ? std::optional(foundIn(*rows, *row)) : std::nullopt);
    }
    co_return Done{};
}

// One that the database cannot answer must not fail its neighbours.
bool Finding::isAboutOne(Fault fault) noexcept { return fault == Fault::valueRefused; }

bool Finding::waitForTheSame(const Job&, const Job&) noexcept { return false; }

} // namespace kubecred::storage
