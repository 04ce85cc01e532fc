#pragma once

#include "kubecred/Clock.h"

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace kubecred {

/// Threads whose end can be waited for without waiting for ever. Used by one thread.
class Threads {
public:
    Threads() = default;
    /// Waits for every thread, however long that takes.
    ~Threads();
    Threads(const Threads&) = delete;
    Threads& operator=(const Threads&) = delete;

    /// Runs the work, which throws nothing, on a thread of its own. What it uses must stay until
    /// `join` has returned true.
    void add(std::function<void()> work);

    /// Waits until every thread has ended; false where one has not by the deadline. May be called
    /// again then.
    bool join(Deadline deadline);

private:
    std::vector<std::thread> threads_;
    std::mutex mutex_; // guards everything below
    std::condition_variable ended_;
    std::size_t running_ = 0;
};

} // namespace kubecred
