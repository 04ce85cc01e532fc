#include "Lease.h"

#include "PooledSession.h"
#include "SessionPool.h"
#include "kubecred/SocketWaiter.h"

namespace kubecred::storage {
namespace {

// Whether the descriptor is ready for one of these events by the deadline.
Deferred<bool> readyOf(int descriptor, short events, Deadline deadline) {
    return Deferred<bool>([=](Executor& loop, Sink<bool> sink) {
        loop.sockets().await(descriptor, events, deadline, std::move(sink));
    });
}

} // namespace

Session& Lease::session() const noexcept { return *place_->session(); }

Deferred<Result> Lease::run(const Statement& statement, const Parameters& parameters) {
    session().begin(statement, parameters, deadline_);
    return answer();
}

Deferred<Result> Lease::probe() {
    session().beginProbe(deadline_);
    return answer();
}

Deferred<Result> Lease::answer() {
    for (;;) {
        if (!co_await readyOf(session().descriptor(), session().events(), deadline_))
            throw StorageError(Fault::timedOut);
        if (auto result = session().proceed())
            co_return *std::move(result);
    }
}

std::optional<Fault> Lease::giveBack(const std::exception_ptr& failure) {
    if (SessionPool* pool = std::exchange(pool_, nullptr))
        return pool->takeBack(*place_, failure);
    return std::nullopt;
}

} // namespace kubecred::storage
