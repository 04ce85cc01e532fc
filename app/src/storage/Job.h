#pragma once

#include "Fault.h"
#include "kubecred/Clock.h"
#include "kubecred/Deferred.h"
#include "kubecred/Error.h"

#include <string>
#include <utility>

namespace kubecred::storage {

/// What a request fails with whose job a stuck session never gives back.
inline constexpr const char* overdue = "database timed out";

/// A question to the database and where its answer goes, exactly once, through the executor. Moved
/// from hand to hand; used by one thread at a time.
template <typename Question, typename Answer>
class Job {
public:
    /// The executor must outlive this object.
    Job(Question asked, Deadline until, Executor& executor, Sink<Answer> sink)
        : question(std::move(asked)),
          deadline(until),
          executor_(&executor),
          sink_(std::move(sink)) {}

    void answer(Answer answer) { settle(std::move(answer)); }

    /// As `answer`, but within the call where `here`, on whose thread this is called, is the
    /// executor.
    void answer(Answer answer, const Executor& here) {
        if (&here == executor_)
            std::exchange(sink_, nullptr)(std::move(answer));
        else
            settle(std::move(answer));
    }

    void fail(Fault fault) {
        settle(
            std::make_exception_ptr(Error::unavailable("database " + std::string(nameOf(fault)))));
    }

    bool answered() const noexcept { return !sink_; }

    /// What can be large in a question, and makes a statement with it large.
    std::size_t bytes() const noexcept {
        if constexpr (requires { question.metadata; })
            return question.metadata.size();
        return 0;
    }

    Executor& executor() const noexcept { return *executor_; }

    Question question;
    Deadline deadline;
    int failures = 0;     ///< sessions that were lost while they worked on it
    bool suspect = false; ///< a batch could not be done with it: it is to be done by itself

private:
    void settle(Outcome<Answer> outcome) {
        executor_->post([sink = std::exchange(sink_, nullptr),
                         outcome = std::move(outcome)]() mutable { sink(std::move(outcome)); });
    }

    Executor* executor_;
    Sink<Answer> sink_;
};

} // namespace kubecred::storage
