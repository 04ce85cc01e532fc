#pragma once

#include "kubecred/Clock.h"
#include "kubecred/Log.h"
#include "storage/Fault.h"

#include <cstddef>
#include <mutex>
#include <optional>
#include <string_view>

namespace kubecred::storage {

/// How a database is doing, as far as one role needs it.
struct DatabaseState {
    enum class Kind { starting, up, down };

    Kind kind = Kind::starting;
    Timestamp since;                ///< when it came to be so
    std::optional<Fault> lastFault; ///< the last one there was, also once it is up again
};

std::string_view nameOf(DatabaseState::Kind kind) noexcept;

/// Keeps requests away from a database that is out of reach: open (down) once the last session is
/// lost and no other can be had, closed (up) with the first session that works again. Logs each
/// change. Safe to call from several threads at once.
class CircuitBreaker {
public:
    /// `name` says in logs what it guards; it and the references must outlive this object.
    CircuitBreaker(std::string_view name, Logger& logger, const Clock& clock);

    /// A session was opened and works.
    void sessionOpened();

    /// A session that had been opened is gone.
    void sessionLost(Fault fault);

    /// No session could be opened.
    void openingFailed(Fault fault);

    DatabaseState state() const;

    std::string_view name() const noexcept { return name_; }

    /// How many sessions are open.
    std::size_t sessions() const;

    /// The fault to refuse requests with while the database is down.
    std::optional<Fault> refusal() const;

private:
    void open(std::unique_lock<std::mutex>& lock, Fault fault);

    const std::string_view name_;
    Logger& logger_;
    const Clock& clock_;

    mutable std::mutex mutex_; // guards everything below
    std::size_t sessions_ = 0;
    DatabaseState state_;
};

} // namespace kubecred::storage
