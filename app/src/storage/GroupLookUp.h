#pragma once

#include "Job.h"
#include "Lane.h"
#include "SessionPool.h"
#include "kubecred/domain/CredentialReader.h"

#include <mutex>
#include <optional>
#include <unordered_map>

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
    void stop() { pool_.stop(); }
    DatabaseState state() const { return breaker_.state(); }

    Deferred<std::optional<FoundCredential>> find(const LookUp& lookUp) override;

private:
    using FindJob = Job<Uuid, std::optional<FoundCredential>>;
    using FindLane = Lane<FindJob, Session::Found>;

    void submit(FindJob job);
    FindLane& laneOf(Executor& loop, SocketWaiter& sockets);

    CircuitBreaker breaker_;
    SessionPool<FindJob> pool_;

    std::mutex mutex_; // guards lanes_, not what is in it
    std::unordered_map<const Executor*, FindLane> lanes_;
};

} // namespace kubecred::storage
