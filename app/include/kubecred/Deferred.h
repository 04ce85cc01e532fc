#pragma once

#include <exception>
#include <functional>
#include <type_traits>
#include <utility>
#include <variant>

namespace kubecred {

class SocketWaiter;
class Timers;

/// Runs work later, on a thread of its own; safe to call from any thread.
class Executor {
public:
    virtual ~Executor() = default;
    virtual void post(std::function<void()> work) = 0;

    /// Where work can wait for a socket; null where it cannot.
    virtual SocketWaiter* sockets() noexcept { return nullptr; }

    /// What is to be done there at a later time; null where there is no such thing.
    virtual Timers* timers() noexcept { return nullptr; }
};

/// What an operation came to: its value, or the exception that ended it.
template <typename T>
using Outcome = std::variant<T, std::exception_ptr>;

template <typename T>
using Sink = std::function<void(Outcome<T>)>;

/// The value of an operation that may have to wait, as for a database, while no thread does.
/// Nothing happens before `start`, which is called at most once. Used by one thread at a time.
template <typename T>
class Deferred {
public:
    /// Begins the operation and returns; the sink gets its outcome exactly once, within the call
    /// or later on the executor's thread. Throws nothing.
    using Begin = std::function<void(Executor&, Sink<T>)>;

    explicit Deferred(Begin begin) : state_(std::move(begin)) {}

    /// A value that is there already.
    Deferred(T value) : state_(std::move(value)) {} // NOLINT(google-explicit-constructor)

    /// What `function` makes of the value. An exception, of the operation or of `function`, takes
    /// its place.
    template <typename Function>
    auto then(Function function) && -> Deferred<std::invoke_result_t<Function, T>> {
        using Next = std::invoke_result_t<Function, T>;
        return Deferred<Next>([self = std::move(*this), function = std::move(function)](
                                  Executor& executor, Sink<Next> sink) mutable {
            std::move(self).start(executor, [function = std::move(function),
                                             sink = std::move(sink)](Outcome<T> outcome) mutable {
                sink(applied<Next>(function, std::move(outcome)));
            });
        });
    }

    /// Begins the operation; `sink` as for Begin. The executor must outlive it.
    void start(Executor& executor, Sink<T> sink) && {
        if (auto* value = std::get_if<T>(&state_))
            sink(std::move(*value));
        else
            std::get<Begin>(state_)(executor, std::move(sink));
    }

private:
    template <typename Next, typename Function>
    static Outcome<Next> applied(Function& function, Outcome<T> outcome) {
        if (const auto* error = std::get_if<std::exception_ptr>(&outcome))
            return *error;
        try {
            return function(std::get<T>(std::move(outcome)));
        } catch (...) {
            return std::current_exception();
        }
    }

    std::variant<T, Begin> state_;
};

} // namespace kubecred
