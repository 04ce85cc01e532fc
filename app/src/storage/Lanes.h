#pragma once

#include "Lane.h"

#include <chrono>
#include <list>
#include <mutex>
#include <unordered_map>
#include <utility>

namespace kubecred::storage {

/// The lanes of every event loop to a pool. Safe to call from several threads at once.
template <typename JobType, typename Answer>
class Lanes {
public:
    using Pool = SessionPool<JobType>;

    /// The pool must outlive this object, and this object the loops.
    Lanes(Pool& pool, std::chrono::milliseconds patience, Errand<JobType, Answer> errand)
        : pool_(pool), patience_(patience), errand_(errand) {}

    /// As SessionPool::submit; to be called on the thread of the job's executor.
    void submit(JobType job) {
        Executor& executor = job.executor();
        if (SocketWaiter* sockets = executor.sockets())
            laneOf(executor, *sockets).submit(std::move(job));
        else
            pool_.submit(std::move(job));
    }

private:
    Lane<JobType, Answer>& laneOf(Executor& loop, SocketWaiter& sockets) {
        const std::lock_guard lock(mutex_);
        if (const auto lane = lanes_.find(&loop); lane != lanes_.end())
            return lane->second;
        if (gatherings_.empty() || !errand_.isShared)
            gatherings_.emplace_back(pool_, patience_);
        return lanes_.try_emplace(&loop, pool_, gatherings_.back(), loop, sockets, errand_)
            .first->second;
    }

    Pool& pool_;
    const std::chrono::milliseconds patience_;
    const Errand<JobType, Answer> errand_;

    std::mutex mutex_; // guards what follows, not what is in it
    std::list<Gathering<JobType>> gatherings_;
    std::unordered_map<const Executor*, Lane<JobType, Answer>> lanes_;
};

} // namespace kubecred::storage
