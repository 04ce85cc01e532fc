#pragma once

#include "JobQueue.h"
#include "Session.h"
#include "SessionPool.h"
#include "kubecred/Deferred.h"
#include "kubecred/SocketWaiter.h"

#include <chrono>
#include <cstddef>
#include <exception>
#include <list>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace kubecred::storage {

/// What a batch does in a session that does not wait for it.
template <typename JobType, typename Answer>
struct Errand {
    using Batch = typename SessionPool<JobType>::Batch;

    /// Sends the jobs. Throws StorageError.
    std::unique_ptr<Pending<Answer>> (*begin)(Session&, Batch&);

    /// Answers the jobs, on the thread of their executor; those that it leaves go to the pool.
    void (*finish)(Batch&, Answer&&);

    /// How long jobs wait for a batch under way before they travel in another session.
    std::chrono::milliseconds patience;

    /// Whether the database may refuse a batch for the sake of one job in it.
    bool canBeSuspect;
};

/// The short way of an event loop to the database: jobs travel over a session that the pool lends,
/// and the loop itself sends them and takes the answer, so that no thread has to be woken. What
/// cannot go this way goes to the pool: where no session is free, where one is lost, where the
/// database refuses a batch. Used by the loop's thread.
template <typename JobType, typename Answer>
class Lane {
public:
    using Pool = SessionPool<JobType>;
    using Batch = typename Pool::Batch;

    /// The references must outlive this object, and this object the jobs.
    Lane(Pool& pool, Executor& loop, SocketWaiter& sockets, Errand<JobType, Answer> errand)
        : pool_(pool), loop_(loop), sockets_(sockets), errand_(errand) {}

    /// As SessionPool::submit.
    void submit(JobType job) {
        if (gathered_.size() >= mostGathered) {
            pool_.submit(std::move(job));
            return;
        }
        gathered_.push(std::move(job));
        // Once the loop has done what it has at hand, which may bring more jobs for the batch.
        if (flights_.empty() && !std::exchange(departing_, true))
            loop_.post([this] {
                departing_ = false;
                depart();
            });
    }

private:
    static constexpr std::size_t mostGathered = 256;

    // A batch under way.
    struct Flight {
        typename Pool::Loan loan;
        std::unique_ptr<Pending<Answer>> pending;
    };

    void depart() {
        if (gathered_.empty())
            return;
        auto loan = pool_.lend(gathered_);
        if (!loan) {
            leaveToPool();
            return;
        }
        try {
            auto pending = errand_.begin(loan->session(), loan->batch);
            flights_.push_back({*std::move(loan), std::move(pending)});
        } catch (const std::exception&) {
            pool_.giveBack(*loan, std::current_exception());
            return;
        }
        await(flights_.back());
    }

    void await(Flight& flight) {
        const auto now = std::chrono::steady_clock::now();
        const Deadline look = (gathered_.empty() ? now : gathered_.since()) + errand_.patience;
        try {
            sockets_.await(flight.pending->socket(), flight.pending->events(),
                           std::min(look, flight.loan.deadline), [this, &flight](bool inTime) {
                               inTime ? proceed(flight) : wait(flight);
                           });
        } catch (const std::exception&) {
            land(flight, std::current_exception());
        }
    }

    void proceed(Flight& flight) {
        std::optional<Answer> answer;
        try {
            answer = flight.pending->proceed();
        } catch (const std::exception&) {
            land(flight, std::current_exception());
            return;
        }
        if (answer)
            arrive(flight, *std::move(answer));
        else
            await(flight);
    }

    // Those who wait for it too long travel in another session.
    void wait(Flight& flight) {
        const auto now = std::chrono::steady_clock::now();
        if (flight.loan.deadline <= now) {
            land(flight, std::make_exception_ptr(StorageError(Fault::timedOut)));
            return;
        }
        if (!gathered_.empty() && gathered_.since() + errand_.patience <= now)
            depart();
        await(flight);
    }

    // The next batch leaves before this one is answered.
    void arrive(Flight& flight, Answer answer) {
        Batch batch = std::exchange(flight.loan.batch, {});
        land(flight);
        errand_.finish(batch, std::move(answer));
        submitOpen(batch);
    }

    void land(Flight& flight, std::exception_ptr failure = nullptr) {
        flight.pending.reset();
        Batch suspects;
        if (failure && isSuspect(flight.loan)) {
            suspects = std::exchange(flight.loan.batch, {});
            failure = nullptr;
        }
        pool_.giveBack(flight.loan, failure);
        flights_.remove_if([&](const Flight& other) { return &other == &flight; });
        for (auto& job : suspects)
            job.suspect = true;
        submitOpen(suspects);
        depart();
    }

    bool isSuspect(const typename Pool::Loan& loan) const {
        return errand_.canBeSuspect && loan.batch.size() > 1 && loan.session().usable();
    }

    void submitOpen(Batch& batch) {
        for (auto& job : batch)
            if (!job.answered())
                pool_.submit(std::move(job));
    }

    void leaveToPool() {
        for (auto& job : gathered_.takeAll())
            pool_.submit(std::move(job));
    }

    Pool& pool_;
    Executor& loop_;
    SocketWaiter& sockets_;
    const Errand<JobType, Answer> errand_;

    JobQueue<JobType> gathered_;
    std::list<Flight> flights_;
    bool departing_ = false; // `depart` is to be called
};

} // namespace kubecred::storage
