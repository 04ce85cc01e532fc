#pragma once

#include "BatchSize.h"
#include "JobQueue.h"
#include "SessionPool.h"

#include <chrono>
#include <cstddef>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace kubecred::storage {

/// The jobs of every event loop that are to travel next: the more of them travel together, the less
/// each costs the database, so whichever loop has a batch under way takes all of them along with
/// its next one. Safe to call from several threads at once.
template <typename JobType>
class Gathering {
public:
    using Pool = SessionPool<JobType>;
    using Loan = typename Pool::Loan;

    /// `patience`: how long jobs wait for a batch under way before they travel in another session.
    /// The pool must outlive this object.
    Gathering(Pool& pool, std::chrono::milliseconds patience) : pool_(pool), patience_(patience) {}

    /// True where nobody would come for the job: the caller has to depart soon.
    bool add(JobType job) {
        std::unique_lock lock(mutex_);
        if (jobs_.size() >= BatchSize::limit) {
            lock.unlock();
            pool_.submit(std::move(job));
            return false;
        }
        jobs_.push(std::move(job));
        return underWay_ == 0 && !std::exchange(expected_, true);
    }

    /// A session for what has gathered; nothing where that is nothing, or went to the pool since no
    /// session is free.
    std::optional<Loan> depart() {
        std::vector<JobType> left;
        {
            const std::lock_guard lock(mutex_);
            expected_ = false;
            if (jobs_.empty())
                return std::nullopt;
            if (auto loan = pool_.lend(jobs_)) {
                ++underWay_;
                return loan;
            }
            left = jobs_.takeAll();
        }
        for (auto& job : left)
            pool_.submit(std::move(job));
        return std::nullopt;
    }

    /// What departed has landed.
    void land() {
        const std::lock_guard lock(mutex_);
        --underWay_;
    }

    /// When those who wait behind a batch under way are to depart by themselves.
    Deadline helpTime() const {
        const std::lock_guard lock(mutex_);
        const auto since = jobs_.empty() ? std::chrono::steady_clock::now() : jobs_.since();
        return since + patience_;
    }

private:
    Pool& pool_;
    const std::chrono::milliseconds patience_;

    mutable std::mutex mutex_; // guards everything below
    JobQueue<JobType> jobs_;
    std::size_t underWay_ = 0;
    bool expected_ = false; // somebody is about to depart
};

} // namespace kubecred::storage
