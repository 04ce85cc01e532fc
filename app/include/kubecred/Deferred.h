#pragma once

#include <coroutine>
#include <exception>
#include <functional>
#include <optional>
#include <utility>
#include <variant>

namespace kubecred {

class SocketWaiter;
class Timers;

/// An event loop: a thread that does one thing after the other and waits for many.
class Executor {
public:
    virtual ~Executor() = default;

    /// Runs the work later, on the thread of the loop. Safe to call from any thread.
    virtual void post(std::function<void()> work) = 0;

    /// Where work can wait for a socket. For the loop's thread only.
    virtual SocketWaiter& sockets() noexcept = 0;

    /// What is to be done at a later time. For the loop's thread only.
    virtual Timers& timers() noexcept = 0;
};

/// What an operation came to: its value, or the exception that ended it.
template <typename T>
using Outcome = std::variant<T, std::exception_ptr>;

template <typename T>
using Sink = std::function<void(Outcome<T>)>;

/// The value of an outcome. Throws the exception that stands in its place.
template <typename T>
T valueOf(Outcome<T> outcome) {
    if (const auto* error = std::get_if<1>(&outcome))
        std::rethrow_exception(*error);
    return std::get<0>(std::move(outcome));
}

/// The value of an operation that may have to wait, as for a database, while no thread does.
/// Nothing happens before `start`. Used on its executor's thread.
///
/// A function that returns one may be a coroutine: `co_await` waits for another operation on the
/// same executor, and gives its value or throws what ended it. What a coroutine refers to, the
/// object that it is a member of included, has to stay until it has ended: parameters that are
/// references too.
template <typename T>
class Deferred {
public:
    class promise_type;

    /// Begins the operation and returns; the sink gets its outcome exactly once, within the call
    /// or later on the executor's thread. Throws nothing.
    using Begin = std::function<void(Executor&, Sink<T>)>;

    explicit Deferred(Begin begin) : state_(std::in_place_index<1>, std::move(begin)) {}

    /// A value that is there already.
    Deferred(T value) // NOLINT(google-explicit-constructor)
        : state_(std::in_place_index<0>, std::move(value)) {}

    /// Begins the operation, once; `sink` as for Begin. The executor must outlive it.
    void start(Executor& executor, Sink<T> sink) &&;

    // For `co_await`.
    class Awaiter;
    class OutcomeAwaiter;
    auto operator co_await() && { return Awaiter(std::move(*this)); }

private:
    using Handle = std::coroutine_handle<promise_type>;

    class Ending;

    /// A coroutine that has not begun, or whose outcome somebody waits for.
    class Frame {
    public:
        explicit Frame(Handle handle) noexcept : handle_(handle) {}
        Frame(Frame&& other) noexcept : handle_(other.release()) {}
        Frame& operator=(Frame&& other) noexcept {
            std::swap(handle_, other.handle_);
            return *this;
        }
        Frame(const Frame&) = delete;
        Frame& operator=(const Frame&) = delete;
        ~Frame() {
            if (handle_)
                handle_.destroy();
        }

        Handle get() const noexcept { return handle_; }
        Handle release() noexcept { return std::exchange(handle_, nullptr); }

    private:
        Handle handle_;
    };

    explicit Deferred(Frame frame) noexcept : state_(std::in_place_index<2>, std::move(frame)) {}

    std::variant<T, Begin, Frame> state_;
};

/// What `co_await` needs to know of the coroutine that waits.
struct Awaiting {
    Executor* executor = nullptr;
};

template <typename T>
class Deferred<T>::promise_type : public Awaiting {
public:
    Deferred get_return_object() { return Deferred(Frame(Handle::from_promise(*this))); }
    std::suspend_always initial_suspend() const noexcept { return {}; }
    Ending final_suspend() const noexcept { return {}; }
    void return_value(T value) { outcome.emplace(std::in_place_index<0>, std::move(value)); }
    void unhandled_exception() noexcept {
        outcome.emplace(std::in_place_index<1>, std::current_exception());
    }

    // One of both gets the outcome.
    std::coroutine_handle<> waiting;
    Sink<T> sink;

    std::optional<Outcome<T>> outcome; // once the coroutine has ended
};

/// The end of a coroutine: goes on with the one that waits for it, or tells the sink.
template <typename T>
class Deferred<T>::Ending {
public:
    bool await_ready() const noexcept { return false; }
    void await_resume() const noexcept {}

    std::coroutine_handle<> await_suspend(Handle ended) const noexcept {
        promise_type& promise = ended.promise();
        if (promise.waiting)
            return promise.waiting;
        const auto sink = std::move(promise.sink);
        auto outcome = *std::move(promise.outcome);
        ended.destroy();
        sink(std::move(outcome));
        return std::noop_coroutine();
    }
};

/// A coroutine's wait for another operation. Lives in the frame of the one that waits.
template <typename T>
class Deferred<T>::Awaiter {
public:
    explicit Awaiter(Deferred deferred) noexcept : deferred_(std::move(deferred)) {}

    bool await_ready() const noexcept { return deferred_.state_.index() == 0; }

    template <typename Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> waiting) {
        Executor& executor = *static_cast<Awaiting&>(waiting.promise()).executor;
        if (auto* frame = std::get_if<2>(&deferred_.state_)) {
            frame->get().promise().executor = &executor;
            frame->get().promise().waiting = waiting;
            return frame->get();
        }
        std::get<1>(deferred_.state_)(executor, [this, waiting](Outcome<T> outcome) {
            outcome_.emplace(std::move(outcome));
            if (suspended_)
                waiting.resume();
        });
        if (outcome_)
            return waiting; // came within the call
        suspended_ = true;
        return std::noop_coroutine();
    }

    T await_resume() { return valueOf(outcome()); }

protected:
    Outcome<T> outcome() {
        if (auto* value = std::get_if<0>(&deferred_.state_))
            return Outcome<T>(std::in_place_index<0>, std::move(*value));
        auto* frame = std::get_if<2>(&deferred_.state_);
        return *std::move(frame ? frame->get().promise().outcome : outcome_);
    }

private:
    Deferred deferred_;
    std::optional<Outcome<T>> outcome_; // of what is no coroutine
    bool suspended_ = false;
};

template <typename T>
void Deferred<T>::start(Executor& executor, Sink<T> sink) && {
    if (auto* value = std::get_if<0>(&state_)) {
        sink(Outcome<T>(std::in_place_index<0>, std::move(*value)));
    } else if (auto* begin = std::get_if<1>(&state_)) {
        (*begin)(executor, std::move(sink));
    } else {
        const Handle handle = std::get<2>(state_).release();
        handle.promise().executor = &executor;
        handle.promise().sink = std::move(sink);
        handle.resume();
    }
}

/// As Awaiter, for those who go on in either case.
template <typename T>
class Deferred<T>::OutcomeAwaiter : public Awaiter {
public:
    using Awaiter::Awaiter;

    Outcome<T> await_resume() { return this->outcome(); }
};

/// `co_await outcomeOf(operation)` gives what the operation comes to, an exception included.
template <typename T>
auto outcomeOf(Deferred<T> operation) {
    return typename Deferred<T>::OutcomeAwaiter(std::move(operation));
}

} // namespace kubecred
