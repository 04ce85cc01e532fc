#pragma once

#include "kubecred/Clock.h"

#include <map>
#include <memory>
#include <utility>

namespace kubecred {

/// What an event loop is to do at a later time. Used on its executor's thread only.
class Timers {
public:
    class Work {
    public:
        virtual ~Work() = default;

        /// Throws nothing.
        virtual void expire() = 0;
    };

private:
    using Queue = std::multimap<Deadline, std::shared_ptr<Work>>;

public:
    using Timer = Queue::iterator;

    /// Lets the work expire, and lets go of it, once the deadline has passed, unless that is
    /// cancelled. Most deadlines are as far away as the others: so the place is at the end.
    Timer add(Deadline deadline, std::shared_ptr<Work> work) {
        return queue_.emplace_hint(queue_.end(), deadline, std::move(work));
    }

    /// In constant time. To be called before the work expires only.
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
