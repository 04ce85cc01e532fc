#pragma once

#include "IssueJob.h"
#include "Session.h"

#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace kubecred::storage {

/// A batch of credentials that is being recorded while nobody waits for it: first inserted; then,
/// where some lost against others that the insert could not see, those are looked up.
class PendingRecord final : public Pending<Outcomes> {
public:
    /// Sends the batch; `here` is the executor on whose thread it does. The references must outlive
    /// this object. Throws StorageError.
    PendingRecord(Session& session, std::vector<IssueJob>& batch, const Executor& here);

    int socket() const noexcept override;
    short events() const noexcept override;

    /// Answers what was recorded at once where others are still to be looked up. The outcomes lack
    /// a job whose winner was deleted in between.
    std::optional<Outcomes> proceed() override;

private:
    std::optional<Outcomes> proceedToInsert();
    std::optional<Outcomes> proceedToFindSame();

    Session& session_;
    const Executor& here_;
    IssueJobs jobs_; // at first all of them, then those that lost
    std::unique_ptr<Pending<Inserted>> insert_;
    std::unique_ptr<Pending<Same>> findSame_; // once the insert is over
};

} // namespace kubecred::storage
