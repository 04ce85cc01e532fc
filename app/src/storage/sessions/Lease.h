#pragma once

#include "Session.h"
#include "kubecred/Deferred.h"

#include <exception>
#include <optional>
#include <utility>

namespace kubecred::storage {

class PooledSession;
class SessionPool;

/// A session of a pool that its borrower has for itself. Used on the thread of one event loop.
class Lease {
public:
    /// Of the pool alone.
    Lease(SessionPool& pool, PooledSession& place, Deadline began)
        : pool_(&pool), place_(&place), began_(began), deadline_(began) {}

    /// One that was not given back is given back as good.
    ~Lease() { giveBack(); }
    Lease(Lease&& other) noexcept
        : pool_(std::exchange(other.pool_, nullptr)),
          place_(other.place_),
          began_(other.began_),
          deadline_(other.deadline_) {}
    Lease& operator=(Lease&&) = delete;
    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;

    Session& session() const noexcept;

    /// When it was lent.
    Deadline began() const noexcept { return began_; }

    /// Until when whatever is run has to be done.
    Deadline deadline() const noexcept { return deadline_; }
    void setDeadline(Deadline deadline) noexcept { deadline_ = deadline; }

    /// What the statement yields (see Session::begin). Fails with StorageError. What it refers to
    /// must stay until it has ended.
    Deferred<Result> run(const Statement& statement, const Parameters& parameters);

    /// As `run`: what the role needs (see Session::beginProbe).
    Deferred<Result> probe();

    /// Gives the session back: it did what it was asked, or this is what became of it. Returns the
    /// fault that this comes to. No other function may be called after that.
    std::optional<Fault> giveBack(const std::exception_ptr& failure = nullptr);

private:
    Deferred<Result> answer();

    SessionPool* pool_; // null once it was given back
    PooledSession* place_;
    Deadline began_;
    Deadline deadline_;
};

} // namespace kubecred::storage
