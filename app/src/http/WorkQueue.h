#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>

namespace kubecred::http {

/// Hands items from any thread to whichever worker is free first, in order. T is copied.
template <typename T>
class WorkQueue {
public:
    void push(T item) {
        {
            const std::lock_guard lock(mutex_);
            items_.push_back(item);
        }
        ready_.notify_one();
    }

    /// Waits for an item. False once the queue is closed and empty.
    bool pop(T& item) {
        std::unique_lock lock(mutex_);
        ++waiting_;
        ready_.wait(lock, [this] { return closed_ || !items_.empty(); });
        --waiting_;
        if (items_.empty())
            return false;
        item = items_.front();
        items_.pop_front();
        return true;
    }

    /// Nothing waits for a worker, and at least one worker waits for something.
    bool hasIdleWorkers() const {
        const std::lock_guard lock(mutex_);
        return items_.empty() && waiting_ > 0;
    }

    void close() {
        {
            const std::lock_guard lock(mutex_);
            closed_ = true;
        }
        ready_.notify_all();
    }

private:
    mutable std::mutex mutex_;
    std::condition_variable ready_;
    std::deque<T> items_;
    int waiting_ = 0;
    bool closed_ = false;
};

} // namespace kubecred::http
