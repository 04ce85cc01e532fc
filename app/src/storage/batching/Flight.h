#pragma once

#include "storage/Fault.h"
#include "storage/sessions/Lease.h"

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

namespace kubecred::storage {

/// A batch on its way: jobs, and the session that they have for themselves.
template <typename Job>
struct Flight {
    /// What a batch gets even where a job of it has less time left: giving a session up because of
    /// one late job would fail all the others.
    static constexpr std::chrono::milliseconds leastTime{250};

    /// Those whose time is over do not travel: they go to `late`, failed.
    Flight(Lease lent, std::vector<Job> boarding, std::vector<Job>& late)
        : lease(std::move(lent)), jobs(std::move(boarding)) {
        Deadline earliest = Deadline::max();
        for (Job& job : jobs) {
            if (job.deadline > lease.began()) {
                earliest = std::min(earliest, job.deadline);
                continue;
            }
            job.fail(Fault::timedOut);
            late.push_back(std::move(job));
        }
        std::erase_if(jobs, [](const Job& job) { return job.answered(); });
        lease.setDeadline(std::max(earliest, lease.began() + leastTime));
        isAlone = !jobs.empty() && jobs.front().alone;
    }

    Lease lease;
    std::vector<Job> jobs;
    bool isAlone = false; ///< it is one job, which was to travel by itself
};

} // namespace kubecred::storage
