#pragma once

#include "kubecred/Clock.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <deque>
#include <utility>
#include <vector>

namespace kubecred::storage {

/// Jobs that wait for a session, in their order, and since when; those that are to travel alone
/// apart from the others, and before them. Used by one thread at a time.
template <typename JobType>
class BatchQueue {
public:
    bool empty() const noexcept { return together_.empty() && alone_.empty(); }
    std::size_t size() const noexcept { return together_.size() + alone_.size(); }

    /// Not while the queue is empty.
    const JobType& first() const noexcept {
        return (alone_.empty() ? together_ : alone_).front().job;
    }

    /// Since when the first one waits; not while the queue is empty.
    Deadline since() const noexcept {
        const Deadline none = Deadline::max();
        return std::min(together_.empty() ? none : together_.front().since,
                        alone_.empty() ? none : alone_.front().since);
    }

    /// Whether a job with this deadline would better be refused: one that waits half its time away
    /// before it is taken would hardly be done in the rest.
    bool isTooSlow(Deadline deadline) const {
        const auto now = std::chrono::steady_clock::now();
        return !empty() && now - since() > (deadline - now) / 2;
    }

    void push(JobType job) {
        auto& waiting = waitingOf(job);
        waiting.push_back({std::move(job), now()});
    }

    /// Puts a job before all others of its kind.
    void pushFirst(JobType job) {
        auto& waiting = waitingOf(job);
        waiting.push_front({std::move(job), now()});
    }

    /// Whether there is one that may travel now: one at a time travels alone.
    bool hasNext(bool isOneAlone) const noexcept {
        return !together_.empty() || (!alone_.empty() && !isOneAlone);
    }

    /// Takes out one that is to travel alone, unless `isOneAlone` is on its way, or else the first
    /// of the others: `most` at the most, and no more than fit into a statement of a megabyte or
    /// so. Tells `waited` of each how long it was here.
    template <typename Waited>
    std::vector<JobType> take(std::size_t most, bool isOneAlone, Waited waited) {
        const bool takesOne = !alone_.empty() && !isOneAlone;
        auto& from = takesOne ? alone_ : together_;
        most = std::min(takesOne ? 1 : most, from.size());
        std::vector<JobType> jobs;
        jobs.reserve(most);
        for (std::size_t bytes = 0; jobs.size() < most && bytes < mostBytes;) {
            bytes += from.front().job.bytes();
            waited(now() - from.front().since);
            jobs.push_back(std::move(from.front().job));
            from.pop_front();
        }
        return jobs;
    }

    /// Takes out all of them.
    std::vector<JobType> takeAll() {
        auto jobs = takeAlone([](const JobType&) { return true; });
        for (auto& waiting : together_)
            jobs.push_back(std::move(waiting.job));
        together_.clear();
        return jobs;
    }

    /// Takes out those that are to travel alone and of which `isMeant` is true.
    template <typename Predicate>
    std::vector<JobType> takeAlone(Predicate isMeant) {
        const auto meant =
            std::stable_partition(alone_.begin(), alone_.end(),
                                  [&](const Waiting& waiting) { return !isMeant(waiting.job); });
        std::vector<JobType> jobs;
        for (auto waiting = meant; waiting != alone_.end(); ++waiting)
            jobs.push_back(std::move(waiting->job));
        alone_.erase(meant, alone_.end());
        return jobs;
    }

private:
    static constexpr std::size_t mostBytes = 1
                                             << 20; ///< that a batch may have without its last job

    struct Waiting {
        JobType job;
        Deadline since;
    };

    static Deadline now() { return std::chrono::steady_clock::now(); }

    std::deque<Waiting>& waitingOf(const JobType& job) noexcept {
        return job.alone ? alone_ : together_;
    }

    std::deque<Waiting> together_;
    std::deque<Waiting> alone_;
};

} // namespace kubecred::storage
