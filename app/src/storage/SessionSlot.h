#pragma once

#include "CircuitBreaker.h"
#include "Session.h"
#include "kubecred/Clock.h"
#include "kubecred/Log.h"

#include <memory>

namespace kubecred::storage {

/// Keeps one session: opens it, looks once a second whether it still works, opens it anew once it
/// is lost, and tells the circuit breaker. So loss and return are noticed without traffic, and
/// attempts are spaced. Used by one thread.
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
    Deadline nextCheck() const noexcept { return nextCheck_; }

    /// Probes the session, or tries to open one. May take a second and a half.
    void check();

    /// The session did what it was asked.
    void succeeded();

    /// The session did not; drops it where it is not usable any more.
    void failed(Fault fault);

private:
    void open();
    void drop(Fault fault);

    const SessionFactory& factory_;
    const Role role_;
    CircuitBreaker& breaker_;
    Logger& logger_;
    std::unique_ptr<Session> session_;
    Deadline nextCheck_{}; // at once
};

} // namespace kubecred::storage
