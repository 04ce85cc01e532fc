#pragma once

#include "kubecred/Clock.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <deque>
#include <utility>
#include <vector>

namespace kubecred::storage {

/// Jobs that wait for a session, in their order, and since when. Used by one thread at a time.
template <typename JobType>
class JobQueue {
public:
    bool empty() const noexcept { return waiting_.empty(); }
    std::size_t size() const noexcept { return waiting_.size(); }

    /// Since when the first one waits; not while the queue is empty.
    Deadline since() const noexcept { return waiting_.front().since; }

    /// Whether a job with this deadline would better be refused: one that waits half its time away
    /// before it is taken would hardly be done in the rest.
    bool isTooLong(Deadline deadline) const {
        if (waiting_.empty())
            return false;
        const auto now = std::chrono::steady_clock::now();
        return waiting_.size() >= mostWaiting || now - since() > (deadline - now) / 2;
    }

    void push(JobType job) {
        waiting_.push_back({std::move(job), std::chrono::steady_clock::now()});
    }

    /// Puts a job before all others.
    void pushFirst(JobType job) {
        waiting_.push_front({std::move(job), std::chrono::steady_clock::now()});
    }

    /// Takes out the first jobs, `most` of them at the most and no more than fit into a statement
    /// of a megabyte or so, and tells `waited` of each how long it was here.
    template <typename Waited>
    std::vector<JobType> take(std::size_t most, Waited waited) {
        const auto now = std::chrono::steady_clock::now();
        std::vector<JobType> jobs;
        jobs.reserve(std::min(waiting_.size(), most));
        for (std::size_t bytes = 0; !waiting_.empty() && jobs.size() < most && bytes < mostBytes;) {
            bytes += waiting_.front().job.bytes();
            waited(now - waiting_.front().since);
            jobs.push_back(std::move(waiting_.front().job));
            waiting_.pop_front();
        }
        return jobs;
    }

    std::vector<JobType> takeAll() {
        std::vector<JobType> jobs;
        jobs.reserve(waiting_.size());
        for (auto& waiting : waiting_)
            jobs.push_back(std::move(waiting.job));
        waiting_.clear();
        return jobs;
    }

private:
    static constexpr std::size_t mostWaiting = 1024;
    static constexpr std::size_t mostBytes = 1
                                             << 20; ///< that a batch may have without its last job

    struct Waiting {
        JobType job;
        Deadline since;
    };

    std::deque<Waiting> waiting_;
};

} // namespace kubecred::storage
