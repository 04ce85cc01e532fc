#pragma once

#include "CircuitBreaker.h"
#include "Lease.h"
#include "PoolMetrics.h"
#include "PooledSession.h"
#include "kubecred/Threads.h"

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

namespace kubecred::storage {

/// Who waits for a session of a pool.
class Borrower {
public:
    virtual ~Borrower() = default;

    /// Something has changed: a session may be free now, or none will ever be. Called on any
    /// thread, without a lock of the pool.
    virtual void wake() = 0;
};

/// The sessions of one role, for every operation of that role. Lends them to event loops, in the
/// order in which they ask, and keeps them: one thread opens, probes and replaces them, since to
/// connect is to wait. Safe to call from several threads at once.
///
/// Invariants: a session has one user at a time, its state says which. A borrower stands in the
/// queue once at the most. Where n sessions are free, it is the turn of the first n of the queue,
/// and each of them has been woken since; all of them are once the breaker opens or the pool stops.
class SessionPool {
public:
    /// `size`: the most sessions open at once. The references must outlive this object.
    SessionPool(SessionFactory factory, Role role, std::size_t size, CircuitBreaker& breaker,
                Logger& logger, Metrics& metrics);
    ~SessionPool() { stop(); }
    SessionPool(const SessionPool&) = delete;
    SessionPool& operator=(const SessionPool&) = delete;

    /// Begins to open the sessions; returns at once.
    void start();

    /// From now on refuses everything.
    void beginToStop();

    /// Closes every session, once none is lent any more. False where that has not come by the
    /// deadline, as with a session that is stuck: what it uses must stay then, and this may be
    /// called again.
    bool stop(Deadline deadline = Deadline::max());

    /// Why no request can be served now; nothing where it can.
    std::optional<Fault> refusal() const;

    /// As `refusal`, for one that would have to wait: too many may do so already.
    std::optional<Fault> refusalToWait() const;

    /// A session, where one is free that nobody has waited for longer. Otherwise the borrower
    /// stands in the queue from now on, and is woken. Wakes nobody.
    std::optional<Lease> lend(Borrower& borrower);

    /// The borrower waits no more; false where it did not. After that,
    /// `wakeThoseWhoseTurnItIs` has to be called, without a lock that `Borrower::wake` takes.
    bool forget(const Borrower& borrower);
    void wakeThoseWhoseTurnItIs();

    /// Counts the requests that wait for sessions of this pool, wherever they do.
    void addWaiting(std::ptrdiff_t count) { waiting_ += count; }

    PoolMetrics& metrics() noexcept { return metrics_; }

private:
    friend Lease;
    using Lock = std::unique_lock<std::mutex>;
    using State = PooledSession::State;

    std::optional<Fault> takeBack(PooledSession& place, const std::exception_ptr& failure);
    std::optional<Fault> settle(PooledSession& place, const std::exception_ptr& failure);
    PoolFigures figures() const;
    void wakeThoseWhoseTurnItIs(Lock& lock);
    void wake(std::size_t most, Lock& lock);

    // In SessionKeeping.cpp: what the keeper does. False where there was nothing to do.
    void keep();
    bool replaceOne(Lock& lock);
    bool probeAll(Lock& lock);
    bool openOne(Lock& lock);
    bool renewOne(Lock& lock);
    Deadline nextDue() const;

    const SessionFactory factory_;
    const std::size_t size_;
    const Role role_;
    CircuitBreaker& breaker_;
    Logger& logger_;
    std::atomic<std::ptrdiff_t> waiting_{0};
    PoolMetrics metrics_;

    mutable std::mutex mutex_;        // guards everything below
    std::condition_variable changed_; // for the keeper
    std::vector<std::unique_ptr<PooledSession>> places_;
    std::deque<Borrower*> queue_;
    std::size_t lent_ = 0;
    bool isSilent_ = false; // the server did not answer when a session was to be opened last
    bool stopping_ = false;

    Threads keeper_; // last: it uses everything above
};

} // namespace kubecred::storage
