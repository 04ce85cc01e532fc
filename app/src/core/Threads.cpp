#include "kubecred/Threads.h"

#include <utility>

namespace kubecred {

Threads::~Threads() { join(Deadline::max()); }

void Threads::add(std::function<void()> work) {
    const std::lock_guard lock(mutex_); // held until it counts: it may end at once
    threads_.emplace_back([this, work = std::move(work)] {
        work();
        const std::lock_guard end(mutex_);
        --running_;
        ended_.notify_all();
    });
    ++running_;
}

bool Threads::join(Deadline deadline) {
    {
        std::unique_lock lock(mutex_);
        if (!ended_.wait_until(lock, deadline, [this] { return running_ == 0; }))
            return false;
    }
    for (auto& thread : threads_)
        thread.join();
    threads_.clear();
    return true;
}

} // namespace kubecred
