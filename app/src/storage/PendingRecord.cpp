#include "PendingRecord.h"

namespace kubecred::storage {

PendingRecord::PendingRecord(Session& session, std::vector<IssueJob>& batch)
    : session_(session), jobs_(sorted(batch)), insert_(session.beginInsert(credentialsOf(jobs_))) {}

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
    const auto inserted = insert_->proceed();
    if (!inserted)
        return std::nullopt;
    Outcomes outcomes;
    IssueJobs lost;
    for (std::size_t i = 0; i < jobs_.size(); ++i) {
        if ((*inserted)[i])
            outcomes.emplace_back(jobs_[i], Issued{});
        else
            lost.push_back(jobs_[i]);
    }
    if (lost.empty())
        return outcomes;
    findSame_ = session_.beginFindSame(credentialsOf(lost));
    jobs_ = std::move(lost);
    for (auto& [job, outcome] : outcomes)
        job->answerHere(std::move(outcome));
    return std::nullopt;
}

std::optional<Outcomes> PendingRecord::proceedToFindSame() {
    auto same = findSame_->proceed();
    if (!same)
        return std::nullopt;
    Outcomes outcomes;
    for (std::size_t i = 0; i < jobs_.size(); ++i)
        if ((*same)[i])
            outcomes.emplace_back(jobs_[i], outcomeOf(*jobs_[i], *std::move((*same)[i])));
    return outcomes;
}

} // namespace kubecred::storage
