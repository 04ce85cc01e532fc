#include "HealthWatch.h"

#include "Ledger.h"
#include "support/RawConnection.h"

#include <algorithm>

namespace kubecred::test {

HealthWatch::HealthWatch(int port) : thread_([this, port] { run(port); }) {}

HealthWatch::~HealthWatch() { stop(); }

void HealthWatch::stop() {
    stopping_ = true;
    if (thread_.joinable())
        thread_.join();
}

void HealthWatch::run(int port) {
    while (!stopping_) {
        const auto began = nowMs();
        try {
            if (request(port, "GET", "/health").status != 200)
                ++failures_;
        } catch (const std::exception&) {
            ++failures_;
        }
        worstMs_ = std::max(worstMs_.load(), nowMs() - began);
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
}

} // namespace kubecred::test
