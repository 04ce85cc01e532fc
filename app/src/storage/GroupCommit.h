#pragma once

#include "IssueJob.h"
#include "Lanes.h"
#include "PendingRecord.h"
#include "SessionPool.h"
#include "kubecred/domain/CredentialWriter.h"

namespace kubecred::storage {

/// Records credentials in a database, whichever it is; those that arrive together are recorded in
/// one statement and one durable commit, and each caller gets an answer of its own.
class GroupCommit final : public CredentialWriter {
public:
    /// `poolSize`: the most sessions open at once. The references must outlive this object.
    GroupCommit(SessionFactory factory, std::size_t poolSize, Logger& logger, const Clock& clock,
                Metrics& metrics);

    void start() { pool_.start(); }
    void beginToStop() { pool_.beginToStop(); }
    bool stop(Deadline deadline = Deadline::max()) { return pool_.stop(deadline); }
    DatabaseState state() const { return breaker_.state(); }

    Deferred<IssueOutcome> issue(const Credential& credential,
                                 const RequestContext& context) override;

private:
    CircuitBreaker breaker_;
    SessionPool<IssueJob> pool_;
    Lanes<IssueJob, Outcomes> lanes_;
};

} // namespace kubecred::storage
