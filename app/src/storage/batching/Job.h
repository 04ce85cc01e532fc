#pragma once

#include "kubecred/Clock.h"
#include "kubecred/Deferred.h"
#include "storage/Fault.h"

#include <optional>
#include <utility>

namespace kubecred::storage {

/// A question to the database and where its answer goes, exactly once. Moved from hand to hand;
/// used by one thread at a time.
///
/// It waits in a queue, travels in a batch, is answered or failed there, and then settled. A batch
/// that fails may put it back into the queue.
template <typename QuestionType, typename AnswerType>
class Job {
public:
    using Question = QuestionType;
    using Answer = AnswerType;

    /// The executor must outlive this object.
    Job(Question asked, Deadline until, Executor& executor, Sink<Answer> sink)
        : question(std::move(asked)),
          deadline(until),
          executor_(&executor),
          sink_(std::move(sink)) {}

    void answer(Answer answer) { outcome_.emplace(std::in_place_index<0>, std::move(answer)); }
    void fail(Fault fault) { outcome_.emplace(std::in_place_index<1>, errorOf(fault)); }
    bool answered() const noexcept { return outcome_.has_value(); }

    /// Tells the outcome: within the call where `here`, on whose thread this is called, is the
    /// job's own executor.
    void settle(const Executor& here) {
        if (&here == executor_)
            sink_(*std::move(outcome_));
        else
            executor_->post([sink = std::move(sink_), outcome = *std::move(outcome_)]() mutable {
                sink(std::move(outcome));
            });
    }

    /// What can be large in a question, and makes a statement with it large.
    std::size_t bytes() const noexcept {
        if constexpr (requires { question.metadata; })
            return question.metadata.size();
        return 0;
    }

    Executor& executor() const noexcept { return *executor_; }

    Question question;
    Deadline deadline;
    int failures = 0;   ///< sessions that were lost while they worked on it, and conflicts
    bool alone = false; ///< it is to travel by itself: a batch could not be done with it

private:
    Executor* executor_;
    Sink<Answer> sink_;
    std::optional<Outcome<Answer>> outcome_;
};

} // namespace kubecred::storage
