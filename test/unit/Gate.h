#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace kubecred::test {

/// Holds up the threads that come to it until it is opened, or a test that has failed would have
/// to wait for them for ever.
class Gate {
public:
    void pass() {
        std::unique_lock lock(mutex_);
        ++arrivals_;
        changed_.notify_all();
        changed_.wait_for(lock, patience, [this] { return isOpen_; });
    }

    void open() {
        const std::lock_guard lock(mutex_);
        isOpen_ = true;
        changed_.notify_all();
    }

    /// Whether so many come to it.
    bool sees(int arrivals) {
        std::unique_lock lock(mutex_);
        return changed_.wait_for(lock, patience, [&] { return arrivals_ >= arrivals; });
    }

private:
    static constexpr std::chrono::seconds patience{5};

    std::mutex mutex_; // guards everything below
    std::condition_variable changed_;
    int arrivals_ = 0;
    bool isOpen_ = false;
};

} // namespace kubecred::test
