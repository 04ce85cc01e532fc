#pragma once

#include "Job.h"
#include "Lanes.h"
#include "SessionPool.h"
#include "kubecred/domain/CredentialReader.h"

#include <optional>

namespace kubecred::storage {

/// Looks credentials up in a database, whichever it is; look-ups that arrive together travel
/// together.
class GroupLookUp final : public CredentialReader {
public:
    /// `poolSize`: the most sessions open at once. The references must outlive this object.
    GroupLookUp(SessionFactory factory, std::size_t poolSize, Logger& logger, const Clock& clock,
                Metrics& metrics);

    void start() { pool_.start(); }
    void beginToStop() { pool_.beginToStop(); }
    bool stop(Deadline deadline = Deadline::max()) { return pool_.stop(deadline); }
    DatabaseState state() const { return breaker_.state(); }

    Deferred<std::optional<FoundCredential>> find(const LookUp& lookUp,
                                                  const RequestContext& context) override;

private:
    using FindJob = Job<Uuid, std::optional<FoundCredential>>;

    CircuitBreaker breaker_;
    SessionPool<FindJob> pool_;
    Lanes<FindJob, Found> lanes_;
};

} // namespace kubecred::storage
