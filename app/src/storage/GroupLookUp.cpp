#include "GroupLookUp.h"

#include <utility>

namespace kubecred::storage {

GroupLookUp::GroupLookUp(SessionFactory factory, std::size_t poolSize, Logger& logger,
                         const Clock& clock)
    : breaker_("reads", logger, clock),
      pool_(std::move(factory), Role::reading, poolSize, &GroupLookUp::findAll, breaker_, logger) {}

Deferred<std::optional<Credential>> GroupLookUp::find(const Uuid& id, Deadline deadline) {
    using Found = std::optional<Credential>;
    return Deferred<Found>([this, id, deadline](Executor& executor, Sink<Found> sink) {
        pool_.submit({id, deadline, executor, std::move(sink)});
    });
}

void GroupLookUp::findAll(Session& session, std::vector<FindJob>& batch, Deadline deadline) {
    std::vector<Uuid> ids;
    ids.reserve(batch.size());
    for (const auto& job : batch)
        ids.push_back(job.question);
    auto found = session.findById(ids, deadline);
    for (std::size_t i = 0; i < batch.size(); ++i)
        batch[i].answer(std::move(found[i]));
}

} // namespace kubecred::storage
