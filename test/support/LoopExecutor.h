#pragma once

#include "http/connection/Poller.h"
#include "http/connection/SocketWaits.h"
#include "kubecred/Deferred.h"
#include "kubecred/Timers.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <functional>
#include <future>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace kubecred::test {

/// An event loop that serves no connection: work is done, and sockets are waited for, on one
/// thread.
class LoopExecutor final : public Executor {
public:
    LoopExecutor() : thread_([this] { run(); }) {}
    ~LoopExecutor() override {
        post([this] { stopping_ = true; });
        thread_.join();
    }
    LoopExecutor(const LoopExecutor&) = delete;
    LoopExecutor& operator=(const LoopExecutor&) = delete;

    void post(std::function<void()> work) override {
        {
            const std::lock_guard lock(mutex_);
            posted_.push_back(std::move(work));
        }
        poller_.wake();
    }

    SocketWaiter& sockets() noexcept override { return waits_; }
    Timers& timers() noexcept override { return timers_; }

    std::thread::id id() const noexcept { return thread_.get_id(); }

    /// Waits until everything is done that was posted so far.
    void finish() {
        std::promise<void> end;
        post([&end] { end.set_value(); });
        end.get_future().wait();
    }

    /// What `function` posts meanwhile is done in one turn of the loop.
    template <typename Function>
    auto inOneTurn(Function function) {
        std::promise<void> end;
        post([held = end.get_future().share()] { held.wait(); });
        auto result = function();
        end.set_value();
        return result;
    }

private:
    void run() {
        std::array<http::Poller::Event, 16> events;
        while (!stopping_ || !waits_.empty()) {
            const auto count = poller_.wait(events, timeout());
            for (std::size_t i = 0; i < count; ++i)
                waits_.note(events[i].token);
            for (const auto& work : takePosted())
                work();
            waits_.run();
            timers_.run();
        }
    }

    std::chrono::milliseconds timeout() const {
        using std::chrono::milliseconds;
        if (waits_.empty() && timers_.empty())
            return milliseconds(-1);
        const auto next = std::min(waits_.empty() ? Deadline::max() : waits_.earliest(),
                                   timers_.empty() ? Deadline::max() : timers_.earliest());
        const auto left = next - std::chrono::steady_clock::now();
        return std::max(milliseconds(0), std::chrono::ceil<milliseconds>(left));
    }

    std::vector<std::function<void()>> takePosted() {
        const std::lock_guard lock(mutex_);
        return std::exchange(posted_, {});
    }

    http::Poller poller_;
    std::mutex mutex_; // guards posted_
    std::vector<std::function<void()>> posted_;

    // These belong to the loop's thread.
    http::SocketWaits waits_{poller_};
    Timers timers_;
    bool stopping_ = false;

    std::thread thread_; // last: it uses everything above
};

} // namespace kubecred::test
