#pragma once

#include "kubecred/Deferred.h"

#include <future>
#include <utility>
#include <variant>

namespace kubecred::test {

/// Runs work at once, on the thread that brings it.
class InlineExecutor final : public Executor {
public:
    void post(std::function<void()> work) override { work(); }
};

/// Waits for a value and returns it; throws what the operation failed with.
template <typename T>
T await(Deferred<T> deferred) {
    InlineExecutor executor;
    std::promise<Outcome<T>> promise;
    auto future = promise.get_future();
    std::move(deferred).start(executor,
                              [&](Outcome<T> outcome) { promise.set_value(std::move(outcome)); });
    Outcome<T> outcome = future.get();
    if (const auto* error = std::get_if<std::exception_ptr>(&outcome))
        std::rethrow_exception(*error);
    return std::get<T>(std::move(outcome));
}

} // namespace kubecred::test
