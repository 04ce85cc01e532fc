#pragma once

#include "kubecred/Clock.h"
#include "kubecred/Deferred.h"
#include "kubecred/Error.h"
#include "kubecred/Timers.h"

#include <chrono>
#include <exception>
#include <memory>
#include <utility>

namespace kubecred {

/// How long after its deadline an operation may still say itself what came of it.
inline constexpr std::chrono::milliseconds overdueGrace{300};

/// A sink for an operation on somebody else's thread, which may be stuck for ever: what has not
/// come a little after the deadline counts as Error (unavailable) with this detail, and is dropped
/// when it comes. To be called on the executor's thread; an executor without timers gets the sink
/// as it is.
template <typename T>
Sink<T> failingWhenOverdue(Executor& executor, Deadline deadline, const char* detail,
                           Sink<T> sink) {
    struct Waiting {
        Sink<T> sink; // empty once it has its outcome
        Timers::Timer timer;
    };
    Timers* timers = executor.timers();
    if (timers == nullptr)
        return sink;
    const auto waiting = std::make_shared<Waiting>(Waiting{std::move(sink), {}});
    // The sink that is returned keeps what the timer refers to.
    waiting->timer = timers->add(deadline + overdueGrace, [waiting = waiting.get(), detail] {
        std::exchange(waiting->sink, nullptr)(std::make_exception_ptr(Error::unavailable(detail)));
    });
    return [waiting, timers](Outcome<T> outcome) {
        if (!waiting->sink)
            return;
        timers->cancel(waiting->timer);
        std::exchange(waiting->sink, nullptr)(std::move(outcome));
    };
}

} // namespace kubecred
