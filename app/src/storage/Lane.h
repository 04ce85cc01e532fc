#pragma once

#include "JobQueue.h"
#include "Session.h"
#include "SessionPool.h"
#include "kubecred/Deferred.h"
#include "kubecred/SocketWaiter.h"

#include <chrono>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace kubecred::storage {

/// The short way of an event loop to the database: jobs travel over a session that the pool lends,
/// and the loop itself sends them and takes the answer, so that no thread has to be woken. Whatever
/// goes another way than that, goes to the pool: where no session is free, where a batch is slow to
/// come back, where a session is lost. Used by the loop's thread; must outlive what waits in it.
template <typename JobType, typename Answer>
class Lane {
public:
    using Pool = SessionPool<JobType>;
    using Batch = typename Pool::Batch;

    /// Sends the jobs. Throws StorageError.
    using Begin = std::unique_ptr<Pending<Answer>> (*)(Session&, const Batch&);

    /// Answers every job, on the loop's thread.
    using Finish = void (*)(Batch&, Answer);

    /// `patience`: how long jobs wait for a batch to come back before the pool gets them.
    Lane(Pool& pool, Executor& loop, SocketWaiter& sockets, std::chrono::milliseconds patience,
         Begin begin, Finish finish)
        : pool_(pool),
          loop_(loop),
          sockets_(sockets),
          patience_(patience),
          begin_(begin),
          finish_(finish) {}

    /// As SessionPool::submit.
    void submit(JobType job) {
        if (slow_ || gathered_.size() >= mostGathered) {
            pool_.submit(std::move(job));
            return;
        }
        gathered_.push(std::move(job));
        // Once the loop has done what it has at hand, which may bring more jobs for the batch.
        if (!flight_ && !std::exchange(departing_, true))
            loop_.post([this] { depart(); });
    }

private:
    static constexpr std::size_t mostGathered = 256;

    struct Flight {
        typename Pool::Loan loan;
        std::unique_ptr<Pending<Answer>> pending;
    };

    void depart() {
        departing_ = false;
        if (gathered_.empty())
            return;
        auto loan = pool_.lend(gathered_);
        if (!loan) {
            leaveToPool();
            return;
        }
        try {
            auto pending = begin_(loan->session(), loan->batch);
            flight_.emplace(Flight{*std::move(loan), std::move(pending)});
        } catch (const std::exception&) {
            pool_.giveBack(*loan, std::current_exception());
            return;
        }
        await(std::chrono::steady_clock::now() + patience_);
    }

    void await(Deadline until) {
        try {
            sockets_.await(flight_->pending->socket(), flight_->pending->events(),
                           std::min(until, flight_->loan.deadline),
                           [this](bool inTime) { inTime ? proceed() : wait(); });
        } catch (const std::exception&) {
            land(std::current_exception());
        }
    }

    void proceed() {
        std::optional<Answer> answer;
        try {
            answer = flight_->pending->proceed();
        } catch (const std::exception&) {
            land(std::current_exception());
            return;
        }
        if (answer)
            arrive(*std::move(answer));
        else
            await(flight_->loan.deadline);
    }

    void wait() {
        if (flight_->loan.deadline <= std::chrono::steady_clock::now()) {
            land(std::make_exception_ptr(StorageError(Fault::timedOut)));
            return;
        }
        slow_ = true;
        leaveToPool();
        await(flight_->loan.deadline);
    }

    // The next batch leaves before this one is answered.
    void arrive(Answer answer) {
        Batch batch = std::exchange(flight_->loan.batch, {});
        land();
        finish_(batch, std::move(answer));
    }

    void land(const std::exception_ptr& failure = nullptr) {
        auto flight = *std::exchange(flight_, std::nullopt);
        slow_ = false;
        flight.pending.reset();
        pool_.giveBack(flight.loan, failure);
        depart();
    }

    void leaveToPool() {
        for (auto& job : gathered_.takeAll())
            pool_.submit(std::move(job));
    }

    Pool& pool_;
    Executor& loop_;
    SocketWaiter& sockets_;
    const std::chrono::milliseconds patience_;
    const Begin begin_;
    const Finish finish_;

    JobQueue<JobType> gathered_;
    std::optional<Flight> flight_; // the batch under way
    bool departing_ = false;       // `depart` is to be called
    bool slow_ = false;            // the batch under way is; none gathers behind it
};

} // namespace kubecred::storage
