#pragma once

#include "kubecred/Clock.h"

#include <functional>
#include <map>

namespace kubecred {

/// What an event loop is to do at a later time. Used on its executor's thread only.
class Timers {
    using Queue = std::multimap<Deadline, std::function<void()>>;

public:
    using Timer = Queue::iterator;

    /// Does the work, which throws nothing, once the deadline has passed, unless that is cancelled.
    Timer add(Deadline deadline, std::function<void()> work);

    /// In constant time. To be called before the work has begun only.
    void cancel(Timer timer) { queue_.erase(timer); }

    bool empty() const noexcept { return queue_.empty(); }

    /// When `run` is to be called next; not while empty.
    Deadline earliest() const noexcept { return queue_.begin()->first; }

    /// Does what is due.
    void run();

private:
    Queue queue_;
};

} // namespace kubecred
