#pragma once

#include "kubecred/Deferred.h"

#include <chrono>
#include <cstdlib>
#include <functional>
#include <future>
#include <memory>
#include <stdexcept>
#include <utility>

namespace kubecred::test {

/// Runs work at once, on the thread that brings it: for operations that have nothing to wait for.
/// Whoever wants a socket or a timer of it has to be given a LoopExecutor instead.
class InlineExecutor final : public Executor {
public:
    void post(std::function<void()> work) override { work(); }
    SocketWaiter& sockets() noexcept override { std::abort(); }
    Timers& timers() noexcept override { std::abort(); }
};

/// An operation under way. Any number of them need no thread of their own.
template <typename T>
class Started {
public:
    /// The executor must outlive the operation. Without one, the operation may not wait for sockets
    /// and timers (see InlineExecutor), and its outcome comes on whichever thread has it.
    explicit Started(Deferred<T> deferred, Executor& where = executor) {
        auto promise = std::make_shared<std::promise<Outcome<T>>>();
        outcome_ = promise->get_future();
        auto operation = std::make_shared<Deferred<T>>(std::move(deferred));
        where.post([&where, promise, operation] {
            std::move(*operation).start(where, [promise](Outcome<T> outcome) {
                promise->set_value(std::move(outcome));
            });
        });
    }

    bool isDone() const { return isDoneWithin(std::chrono::milliseconds(0)); }

    bool isDoneWithin(std::chrono::milliseconds patience) const {
        return outcome_.wait_for(patience) == std::future_status::ready;
    }

    /// Waits for the value; throws what the operation failed with, or where nothing comes. To be
    /// called once.
    T get() {
        if (!isDoneWithin(std::chrono::seconds(30)))
            throw std::runtime_error("an operation was not answered");
        return valueOf(outcome_.get());
    }

private:
    inline static InlineExecutor executor;

    std::future<Outcome<T>> outcome_;
};

/// Waits for a value and returns it; throws what the operation failed with.
template <typename T>
T await(Deferred<T> deferred) {
    return Started<T>(std::move(deferred)).get();
}

/// As above, for an operation that waits for sockets or timers.
template <typename T>
T await(Deferred<T> deferred, Executor& where) {
    return Started<T>(std::move(deferred), where).get();
}

} // namespace kubecred::test
