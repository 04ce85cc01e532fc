#pragma once

#include "Batcher.h"

#include <chrono>
#include <mutex>
#include <unordered_map>
#include <utility>

namespace kubecred::storage {

/// A batcher for each event loop, so that none wakes another one for its answers. Safe to call from
/// several threads at once.
template <BatchedOperation Operation>
class LoopBatchers {
public:
    /// As Batcher's constructor.
    LoopBatchers(SessionPool& pool, std::chrono::milliseconds patience)
        : pool_(pool), patience_(patience) {}

    /// As Batcher::submit.
    void submit(typename Operation::Job job) {
        Batcher<Operation>& batcher = batcherOf(job.executor());
        batcher.submit(std::move(job));
    }

private:
    Batcher<Operation>& batcherOf(const Executor& loop) {
        const std::lock_guard lock(mutex_);
        return batchers_.try_emplace(&loop, pool_, patience_).first->second;
    }

    SessionPool& pool_;
    const std::chrono::milliseconds patience_;

    std::mutex mutex_; // guards what follows, not what is in it
    std::unordered_map<const Executor*, Batcher<Operation>> batchers_;
};

} // namespace kubecred::storage
