#pragma once

#include "kubecred/Clock.h"

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <thread>
#include <vector>

namespace kubecred {

/// Threads whose end can be waited for without waiting for ever. Safe to use from several threads
/// at once.
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

    /// How many have not ended.
    std::size_t running() const;

    /// Waits until every thread has ended; false where one has not by the deadline. May be called
    /// again then.
    bool join(Deadline deadline);

private:
    void end();

    mutable std::mutex mutex_; // guards everything below
    std::condition_variable changed_;
    std::map<std::thread::id, std::thread> running_;
    std::vector<std::thread> ended_; // or about to, without need of anything here
};

} // namespace kubecred
