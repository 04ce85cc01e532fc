#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>

namespace kubecred::test {

/// Asks a worker for its health ten times a second, each time over a connection of its own.
class HealthWatch {
public:
    explicit HealthWatch(int port);
    ~HealthWatch();
    HealthWatch(const HealthWatch&) = delete;
    HealthWatch& operator=(const HealthWatch&) = delete;

    void stop();

    std::int64_t worstMs() const { return worstMs_; }

    /// Answers other than 200, or none at all.
    int failures() const { return failures_; }

private:
    void run(int port);

    std::atomic<bool> stopping_{false};
    std::atomic<std::int64_t> worstMs_{0};
    std::atomic<int> failures_{0};
    std::thread thread_;
};

} // namespace kubecred::test
