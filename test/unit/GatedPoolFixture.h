#pragma once

#include "Gate.h"
#include "SessionPoolFixture.h"

#include <cppunit/extensions/HelperMacros.h>

#include <cstddef>
#include <mutex>
#include <vector>

namespace kubecred::test {

/// A pool whose sessions answer ten times the number, but come to a gate before they answer 0.
class GatedPoolFixture : public SessionPoolFixture {
protected:
    Pool poolOf(std::size_t size) {
        return {database_.factory(),
                storage::Role::writing,
                size,
                std::chrono::milliseconds(1),
                [this](storage::Session&, Pool::Batch& batch, Deadline deadline) {
                    note(batch.size(), deadline);
                    if (batch.front().question == 0)
                        gate_.pass();
                    for (auto& job : batch)
                        job.answer(10 * job.question);
                },
                breaker_,
                logger_,
                metrics_};
    }

    /// A job that keeps a session busy until the gate opens.
    Started<int> holdUp(Pool& pool, int count = 1) {
        auto job = submit(pool, 0);
        CPPUNIT_ASSERT(gate_.sees(count));
        return job;
    }

    /// Of each batch so far.
    std::vector<std::size_t> sizes() {
        const std::lock_guard lock(mutex_);
        return sizes_;
    }

    Deadline lastDeadline() {
        const std::lock_guard lock(mutex_);
        return lastDeadline_;
    }

    Gate gate_;

private:
    void note(std::size_t size, Deadline deadline) {
        const std::lock_guard lock(mutex_);
        sizes_.push_back(size);
        lastDeadline_ = deadline;
    }

    std::mutex mutex_; // guards everything below
    std::vector<std::size_t> sizes_;
    Deadline lastDeadline_;
};

} // namespace kubecred::test
