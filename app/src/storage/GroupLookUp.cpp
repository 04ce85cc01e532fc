#include "GroupLookUp.h"

#include "kubecred/Overdue.h"

#include <algorithm>
#include <utility>

namespace kubecred::storage {
namespace {

// Look-ups are quick, and the larger the batch the less each of them costs.
constexpr std::chrono::milliseconds patience{10};

using FindJob = Job<Uuid, std::optional<FoundCredential>>;
using Batch = std::vector<FindJob>;

std::vector<Uuid> idsOf(const Batch& batch) {
    std::vector<Uuid> ids;
    ids.reserve(batch.size());
    for (const auto& job : batch)
        ids.push_back(job.question);
    return ids;
}

std::optional<FoundCredential> shared(std::optional<Credential>&& found) {
    if (!found)
        return std::nullopt;
    return FoundCredential{std::make_shared<const Credential>(*std::move(found))};
}

// What is too large to travel beside others stays unanswered.
template <typename Answer>
void answerEach(Batch& batch, Found&& found, Answer answer) {
    for (std::size_t i = 0; i < batch.size(); ++i) {
        if (found[i].isTooLarge)
            batch[i].suspect = true;
        else
            answer(batch[i], shared(std::move(found[i].credential)));
    }
}

// One that the database cannot answer must not fail its neighbours.
void findAlone(Session& session, FindJob& job, Deadline deadline) {
    if (std::chrono::steady_clock::now() >= deadline) {
        job.fail(Fault::timedOut);
        return;
    }
    try {
        auto found = session.findById({&job.question, 1}, deadline);
        job.answer(shared(std::move(found.front().credential)));
    } catch (const StorageError& error) {
        if (error.fault() != Fault::valueRefused || !session.usable())
            throw;
        job.fail(error.fault());
    }
}

void findAll(Session& session, Batch& batch, Deadline deadline) {
    const bool isFirstTime = std::ranges::none_of(batch, &FindJob::suspect);
    if (isFirstTime)
        answerEach(batch, session.findById(idsOf(batch), deadline),
                   [](FindJob& job, auto one) { job.answer(std::move(one)); });
    for (auto& job : batch)
        if (!job.answered())
            findAlone(session, job, deadline);
}

std::unique_ptr<Pending<Found>> beginToFind(Session& session, Batch& batch,
                                            const Executor& /*here*/) {
    return session.beginFindById(idsOf(batch));
}

void answerAll(Batch& batch, Found&& found, const Executor& here) {
    answerEach(batch, std::move(found),
               [&](FindJob& job, auto one) { job.answer(std::move(one), here); });
}

} // namespace

GroupLookUp::GroupLookUp(SessionFactory factory, std::size_t poolSize, Logger& logger,
                         const Clock& clock, Metrics& metrics)
    : breaker_("reads", logger, clock),
      pool_(std::move(factory), Role::reading, poolSize, patience, &findAll, breaker_, logger,
            metrics),
      lanes_(pool_, patience, {&beginToFind, &answerAll, false, false}) {}

Deferred<std::optional<FoundCredential>> GroupLookUp::find(const LookUp& lookUp,
                                                           const RequestContext& context) {
    using Answer = std::optional<FoundCredential>;
    return Deferred<Answer>(
        [this, id = lookUp.id, deadline = context.deadline](Executor& executor, Sink<Answer> sink) {
            lanes_.submit({id, deadline, executor,
                           failingWhenOverdue(executor, deadline, overdue, std::move(sink))});
        });
}

} // namespace kubecred::storage
