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

/// An operation that is to come to something in time. Belongs to its sink and to its timer,
/// whichever of them stays for longer; used on the executor's thread.
template <typename T>
class Awaited final : public Timers::Work {
public:
    Awaited(Timers& timers, Sink<T> sink, const char* detail)
        : timers_(timers), sink_(std::move(sink)), detail_(detail) {}

    static std::shared_ptr<Awaited> begin(Timers& timers, Deadline deadline, Sink<T> sink,
                                          const char* detail) {
        auto awaited = std::make_shared<Awaited>(timers, std::move(sink), detail);
        awaited->timer_ = timers.add(deadline + overdueGrace, awaited);
        return awaited;
    }

    /// What came of it; counts for nothing where that is too late.
    void settle(Outcome<T> outcome) {
        if (!sink_)
            return;
        timers_.cancel(timer_);
        std::exchange(sink_, nullptr)(std::move(outcome));
    }

    void expire() override {
        std::exchange(sink_, nullptr)(std::make_exception_ptr(Error::unavailable(detail_)));
    }

private:
    Timers& timers_;
    Sink<T> sink_; // empty once it has its outcome
    const char* const detail_;
    Timers::Timer timer_;
};

/// A sink for an operation on somebody else's thread, which may be stuck for ever: what has not
/// come a little after the deadline counts as Error (unavailable) with this detail, a literal, and
/// is dropped when it comes. To be called on the executor's thread.
template <typename T>
Sink<T> failingWhenOverdue(Executor& executor, Deadline deadline, const char* detail,
                           Sink<T> sink) {
    return [awaited = Awaited<T>::begin(executor.timers(), deadline, std::move(sink), detail)](
               Outcome<T> outcome) { awaited->settle(std::move(outcome)); };
}

} // namespace kubecred
