#pragma once

#include "CircuitBreaker.h"
#include "Session.h"
#include "kubecred/Clock.h"
#include "kubecred/Log.h"

#include <memory>

namespace kubecred::storage {

/// One place of a pool, and the session in it: opened, probed once a second, opened anew once it is
/// lost, replaced once it is old; the circuit breaker is told. Used by one thread at a time: the
/// one that has the session. But the pool's keeper may open and set a successor meanwhile.
class PooledSession {
public:
    /// Who has the session, as the pool keeps it.
    enum class State {
        absent, ///< nobody: there is none
        free,   ///< nobody: it may be lent
        lent,   ///< a borrower
        kept,   ///< the pool's keeper, who opens, probes or replaces it
    };

    /// The references must outlive this object.
    PooledSession(const SessionFactory& factory, Role role, CircuitBreaker& breaker,
                  Logger& logger);
    ~PooledSession();
    PooledSession(const PooledSession&) = delete;
    PooledSession& operator=(const PooledSession&) = delete;

    /// Null while there is none.
    Session* session() const noexcept { return session_.get(); }

    /// When it is to be probed, or opened where there is none.
    Deadline nextCheck() const noexcept { return nextCheck_; }
    void checkAt(Deadline time) noexcept { nextCheck_ = time; }

    /// Opens a session; false where there is none to be had. May take a second and a half.
    bool open();

    /// Asks the session whether it works, and waits for what it says until the deadline. Where it
    /// does not, it is dropped.
    void beginProbe(Deadline deadline);
    void endProbe(Deadline deadline);

    /// Whether the session has come of age, so that a successor is to be opened.
    bool isAged() const noexcept;

    Deadline renewAt() const noexcept { return renewAt_; }

    /// The session that is to take the place of this one, or null. May take a second and a half.
    std::unique_ptr<Session> openSuccessor() { return opened(); }

    /// Takes what `openSuccessor` gave. Without a successor, the session goes on as long as it
    /// works; another one is to be opened some seconds later.
    void setSuccessor(std::unique_ptr<Session> successor);

    /// Whether `replace` is to be called, which puts the successor in the session's place.
    bool hasSuccessor() const noexcept { return successor_ != nullptr; }
    void replace();

    /// The session did what it was asked.
    void succeeded();

    /// The session did not; drops it where it is not usable any more.
    void failed(Fault fault);

    State state = State::absent;

private:
    std::unique_ptr<Session> opened();
    void drop(Fault fault);

    const SessionFactory& factory_;
    const Role role_;
    CircuitBreaker& breaker_;
    Logger& logger_;
    std::unique_ptr<Session> session_;
    std::unique_ptr<Session> successor_;
    Deadline nextCheck_{}; // at once
    Deadline renewAt_ = Deadline::max();
};

} // namespace kubecred::storage
