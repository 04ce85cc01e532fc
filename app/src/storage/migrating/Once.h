#pragma once

#include "kubecred/Clock.h"
#include "storage/Fault.h"

#include <condition_variable>
#include <functional>
#include <mutex>

namespace kubecred::storage {

/// Work that is done once, by whoever comes first; tried again by the next where it failed. Safe to
/// use from several threads at once.
class Once {
public:
    /// Whoever comes while another thread is at it waits no longer than to the deadline. Throws
    /// StorageError, and what the work throws.
    void run(Deadline deadline, const std::function<void()>& work) {
        std::unique_lock lock(mutex_);
        // ThreadSanitizer does not know of std::timed_mutex with a steady clock.
        if (!changed_.wait_until(lock, deadline, [this] { return !running_; }))
            throw StorageError(Fault::timedOut);
        if (done_)
            return;
        running_ = true;
        lock.unlock();
        try {
            work();
        } catch (...) {
            finish(false);
            throw;
        }
        finish(true);
    }

private:
    void finish(bool done) {
        {
            const std::lock_guard lock(mutex_);
            running_ = false;
            done_ = done;
        }
        changed_.notify_all();
    }

    std::mutex mutex_; // guards everything below
    std::condition_variable changed_;
    bool running_ = false;
    bool done_ = false;
};

} // namespace kubecred::storage
