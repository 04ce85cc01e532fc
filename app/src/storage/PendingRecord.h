#pragma once

#include "IssueJob.h"
#include "Session.h"

#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace kubecred::storage {

/// Jobs that are to be answered, and with what.
using Outcomes = std::vector<std::pair<IssueJob*, IssueOutcome>>;

/// A batch of credentials that is being recorded while nobody waits for it: first inserted; then,
/// where some lost against others that were there already, those are looked up.
class PendingRecord final : public Pending<Outcomes> {
public:
    /// Sends the batch. The session and the jobs must outlive this object. Throws StorageError.
    PendingRecord(Session& session, std::vector<IssueJob>& batch);

    int socket() const noexcept override;
    short events() const noexcept override;

    /// Answers what was recorded at once where others are still to be looked up; to be called on
    /// the thread of the jobs' executor. The outcomes lack a job whose winner was deleted in
    /// between.
    std::optional<Outcomes> proceed() override;

private:
    std::optional<Outcomes> proceedToInsert();
    std::optional<Outcomes> proceedToFindSame();

    Session& session_;
    IssueJobs jobs_; // at first all of them, then those that lost
    std::unique_ptr<Pending<Inserted>> insert_;
    std::unique_ptr<Pending<Same>> findSame_; // once the insert is over
};

} // namespace kubecred::storage
