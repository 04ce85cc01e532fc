#pragma once

#include "Fault.h"
#include "Session.h"
#include "kubecred/Clock.h"
#include "kubecred/Log.h"

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <mutex>
#include <optional>
#include <string_view>
#include <thread>
#include <vector>

namespace kubecred::storage {

/// How a database is doing.
struct DatabaseState {
    enum class Kind { starting, up, down };

    Kind kind = Kind::starting;
    Timestamp since;                ///< when it came to be so
    std::optional<Fault> lastFault; ///< the last one there was, also once it is up again
};

std::string_view nameOf(DatabaseState::Kind kind) noexcept;

/// Lends sessions. A thread of its own, the keeper, opens them when they are wanted and looks once
/// a second whether the database is there: so no request ever waits for a connection attempt
/// beyond its own deadline, attempts are spaced, and loss and return are noticed without traffic.
/// Safe to call from several threads at once.
class SessionPool {
public:
    /// A session on loan; gives it back, or drops it where it is not usable any more.
    class Lease {
    public:
        Lease(SessionPool& pool, std::unique_ptr<Session> session) noexcept;
        ~Lease();
        Lease(const Lease&) = delete;
        Lease& operator=(const Lease&) = delete;

        Session& operator*() const noexcept { return *session_; }
        Session* operator->() const noexcept { return session_.get(); }

    private:
        SessionPool& pool_;
        std::unique_ptr<Session> session_;
    };

    /// `size`: the most sessions open at once. The references must outlive this object.
    SessionPool(SessionFactory factory, std::size_t size, Logger& logger, const Clock& clock);
    ~SessionPool();
    SessionPool(const SessionPool&) = delete;
    SessionPool& operator=(const SessionPool&) = delete;

    /// Begins to look for the database; returns at once.
    void start();

    /// Refuses further loans and closes every session that is not on loan.
    void stop();

    /// Waits for a session, at most until `deadline`; not at all while the database is known to be
    /// out of reach. Throws StorageError.
    Lease acquire(Deadline deadline);

    DatabaseState state() const;

private:
    void keep();
    void probeIdle(std::unique_lock<std::mutex>& lock);
    void open(std::unique_lock<std::mutex>& lock);
    bool wantsSession() const;
    void release(std::unique_ptr<Session> session) noexcept;
    void becomeUp();
    void becomeDown(Fault fault);

    const SessionFactory factory_;
    const std::size_t size_;
    Logger& logger_;
    const Clock& clock_;

    mutable std::mutex mutex_; // guards everything below
    std::condition_variable returned_;
    std::condition_variable wanted_;
    std::vector<std::unique_ptr<Session>> idle_;
    std::size_t open_ = 0;    // idle, on loan, or being opened
    std::size_t waiting_ = 0; // callers of acquire
    DatabaseState state_;
    Deadline nextProbe_{};
    bool backingOff_ = false; // the last attempt to connect failed
    bool stopping_ = false;

    std::thread keeper_;
};

} // namespace kubecred::storage
