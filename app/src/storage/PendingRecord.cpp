#include "PendingRecord.h"

namespace kubecred::storage {

PendingRecord::PendingRecord(Session& session, std::vector<IssueJob>& batch, const Executor& here)
    : session_(session),
      here_(here),
      jobs_(sorted(batch)),
      insert_(session.beginInsert(credentialsOf(jobs_))) {}

int PendingRecord::socket() const noexcept {
    return findSame_ ? findSame_->socket() : insert_->socket();
}

short PendingRecord::events() const noexcept {
    return findSame_ ? findSame_->events() : insert_->events();
}

std::optional<Outcomes> PendingRecord::proceed() {
    return findSame_ ? proceedToFindSame() : proceedToInsert();
}

std::optional<Outcomes> PendingRecord::proceedToInsert() {
    auto inserted = insert_->proceed();
    if (!inserted)
        return std::nullopt;
    Outcomes outcomes;
    jobs_ = sortOut(jobs_, *std::move(inserted), outcomes);
    if (jobs_.empty())
        return outcomes;
    findSame_ = session_.beginFindSame(credentialsOf(jobs_));
    for (auto& [job, outcome] : outcomes)
        job->answer(std::move(outcome), here_);
    return std::nullopt;
}

std::optional<Outcomes> PendingRecord::proceedToFindSame() {
    auto same = findSame_->proceed();
    if (!same)
        return std::nullopt;
    Outcomes outcomes;
    sortOut(jobs_, *std::move(same), outcomes);
    return outcomes;
}

} // namespace kubecred::storage
