#pragma once

#include "CircuitBreaker.h"
#include "Session.h"
#include "kubecred/Clock.h"
#include "kubecred/Log.h"

#include <memory>

namespace kubecred::storage {

/// Keeps one session: opens it, looks once a second whether it still works, opens it anew once it
/// is lost, replaces it once it is old, and tells the circuit breaker. So loss and return are
/// noticed without traffic, and attempts are spaced. Used by one thread at a time, but for
/// `openSuccessor`.
class SessionSlot {
public:
    /// The references must outlive this object.
    SessionSlot(const SessionFactory& factory, Role role, CircuitBreaker& breaker, Logger& logger);
    ~SessionSlot();
    SessionSlot(const SessionSlot&) = delete;
    SessionSlot& operator=(const SessionSlot&) = delete;

    /// Null while there is none.
    Session* session() const noexcept { return session_.get(); }

    /// When to call `check`.
    Deadline nextCheck() const noexcept { return mustProbe_ ? Deadline{} : nextCheck_; }

    /// Probes the session, or tries to open one. May take a second and a half.
    void check();

    /// Whether the session has come of age, so that `openSuccessor` is to be called.
    bool isAged() const noexcept;

    /// Opens the session that is to take the place of this one, which may be used meanwhile by
    /// another thread. Where it cannot, the session is to go on as long as it works. May take a
    /// second and a half.
    void openSuccessor();

    /// Whether `replace` is to be called, which puts the successor in the session's place.
    bool hasSuccessor() const noexcept { return successor_ != nullptr; }
    void replace();

    /// The session did what it was asked.
    void succeeded();

    /// The session did not; drops it where it is not usable any more.
    void failed(Fault fault);

private:
    std::unique_ptr<Session> opened();
    void drop(Fault fault);

    const SessionFactory& factory_;
    const Role role_;
    CircuitBreaker& breaker_;
    Logger& logger_;
    std::unique_ptr<Session> session_;
    Deadline nextCheck_{}; // at once

    std::unique_ptr<Session> successor_;
    Deadline nextRenewal_{};
    bool mustProbe_ = false; // since no successor could be opened
};

} // namespace kubecred::storage
