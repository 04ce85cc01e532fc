#include "kubecred/Timers.h"

#include <utility>

namespace kubecred {

// Most deadlines are as far away as the others: the place of the next one is at the end.
Timers::Timer Timers::add(Deadline deadline, std::function<void()> work) {
    return queue_.emplace_hint(queue_.end(), deadline, std::move(work));
}

void Timers::run() {
    if (queue_.empty())
        return;
    const auto now = std::chrono::steady_clock::now();
    while (!queue_.empty() && earliest() <= now)
        queue_.extract(queue_.begin()).mapped()();
}

} // namespace kubecred
