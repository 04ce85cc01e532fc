#pragma once

#include "kubecred/Metrics.h"

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>

namespace kubecred::storage {

/// What a pool is doing at a moment.
struct PoolFigures {
    std::size_t waiting = 0;  ///< requests that wait for a session
    std::size_t busy = 0;     ///< sessions that work on a batch
    std::size_t sessions = 0; ///< sessions that are open
    bool refuses = false;     ///< the circuit breaker is open
};

/// How a pool of sessions is doing, for those who watch. Safe to use from several threads at once.
class PoolMetrics {
public:
    using Read = std::function<PoolFigures()>;

    /// `operation`: what the pool is for, "reads" or "writes"; `metrics` must outlive this object.
    PoolMetrics(Metrics& metrics, const std::string& operation, const Read& read);

    void waited(std::chrono::duration<double> time) { wait_.observe(time.count()); }
    void began(std::size_t batchSize) { batchSize_.observe(static_cast<double>(batchSize)); }

private:
    Histogram& wait_;
    Histogram& batchSize_;
};

} // namespace kubecred::storage
