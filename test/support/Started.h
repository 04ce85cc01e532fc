#pragma once

#include "kubecred/Deferred.h"

#include <chrono>
#include <functional>
#include <future>
#include <memory>
#include <stdexcept>
#include <utility>
#include <variant>

namespace kubecred::test {

/// An operation under way. Any number of them need no thread of their own.
template <typename T>
class Started {
public:
    Started(Deferred<T> deferred, Executor& where) {
        auto promise = std::make_shared<std::promise<Outcome<T>>>();
        outcome_ = promise->get_future();
        auto shared = std::make_shared<Deferred<T>>(std::move(deferred));
        where.post([&where, promise, shared] {
            std::move(*shared).start(
                where, [promise](Outcome<T> outcome) { promise->set_value(std::move(outcome)); });
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
        Outcome<T> outcome = outcome_.get();
        if (const auto* error = std::get_if<std::exception_ptr>(&outcome))
            std::rethrow_exception(*error);
        return std::get<T>(std::move(outcome));
    }

private:
    std::future<Outcome<T>> outcome_;
};

} // namespace kubecred::test
