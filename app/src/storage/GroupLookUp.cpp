#include "GroupLookUp.h"

#include <utility>

namespace kubecred::storage {
namespace {

// Look-ups are quick, and the larger the batch the less each of them costs.
constexpr std::chrono::milliseconds patience{10};

} // namespace

GroupLookUp::GroupLookUp(SessionFactory factory, std::size_t poolSize, Logger& logger,
                         const Clock& clock, Metrics& metrics)
    : breaker_("reads", logger, clock),
      pool_(std::move(factory), Role::reading, poolSize, patience, &GroupLookUp::findAll, breaker_,
            logger, metrics) {}

Deferred<std::optional<FoundCredential>> GroupLookUp::find(const LookUp& lookUp) {
    using Found = std::optional<FoundCredential>;
    return Deferred<Found>(
        [this, id = lookUp.id, deadline = lookUp.deadline](Executor& executor, Sink<Found> sink) {
            pool_.submit({id, deadline, executor, std::move(sink)});
        });
}

void GroupLookUp::findAll(Session& session, std::vector<FindJob>& batch, Deadline deadline) {
    std::vector<Uuid> ids;
    ids.reserve(batch.size());
    for (const auto& job : batch)
        ids.push_back(job.question);
    auto found = session.findById(ids, deadline);
    for (std::size_t i = 0; i < batch.size(); ++i) {
        if (found[i])
            batch[i].answer(
                FoundCredential{std::make_shared<const Credential>(*std::move(found[i]))});
        else
            batch[i].answer(std::nullopt);
    }
}

} // namespace kubecred::storage
