#pragma once

#include "kubecred/Clock.h"

#include <condition_variable>
#include <cstddef>
#include <mutex>

namespace kubecred::http {

/// How many connections are open, and whether there may be one more. Safe to call from several
/// threads at once.
class ConnectionCount {
public:
    explicit ConnectionCount(std::size_t most) : most_(most) {}

    /// Counts one more; false where that would be too many.
    bool tryAdd() {
        const std::lock_guard lock(mutex_);
        if (count_ >= most_)
            return false;
        ++count_;
        return true;
    }

    void remove() {
        {
            const std::lock_guard lock(mutex_);
            --count_;
        }
        changed_.notify_all();
    }

    /// True once there is none left; false where one is by the deadline.
    bool waitUntilNone(Deadline deadline) {
        std::unique_lock lock(mutex_);
        return changed_.wait_until(lock, deadline, [this] { return count_ == 0; });
    }

private:
    const std::size_t most_;
    std::mutex mutex_; // guards everything below
    std::condition_variable changed_;
    std::size_t count_ = 0;
};

} // namespace kubecred::http
