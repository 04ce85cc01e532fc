#include "kubecred/Threads.h"

#include <utility>

namespace kubecred {

Threads::~Threads() { join(Deadline::max()); }

void Threads::add(std::function<void()> work) {
    std::vector<std::thread> ended;
    {
        const std::lock_guard lock(mutex_); // held until it is kept: it may end at once
        ended.swap(ended_);
        std::thread thread([this, work = std::move(work)] {
            work();
            end();
        });
        const auto id = thread.get_id();
        running_.emplace(id, std::move(thread));
    }
    for (auto& thread : ended)
        thread.join();
}

void Threads::end() {
    const std::lock_guard lock(mutex_);
    const auto own = running_.find(std::this_thread::get_id());
    ended_.push_back(std::move(own->second));
    running_.erase(own);
    changed_.notify_all();
}

std::size_t Threads::running() const {
    const std::lock_guard lock(mutex_);
    return running_.size();
}

bool Threads::join(Deadline deadline) {
    std::vector<std::thread> ended;
    {
        std::unique_lock lock(mutex_);
        if (!changed_.wait_until(lock, deadline, [this] { return running_.empty(); }))
            return false;
        ended.swap(ended_);
    }
    for (auto& thread : ended)
        thread.join();
    return true;
}

} // namespace kubecred
