#pragma once

#include "Gathering.h"
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
    std::unique_ptr<Pending<Answer>> (*begin)(Session&, Batch&, const Executor& here);

    /// Answers the jobs, on the thread of this executor; those that it leaves go to the pool.
    void (*finish)(Batch&, Answer&&, const Executor& here);

    /// Whether the batches of all event loops are one, which saves the database work, or each loop
    /// has its own, which saves waking the others for their answers.
    bool isShared;

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
    Lane(Pool& pool, Gathering<JobType>& gathering, Executor& loop, SocketWaiter& sockets,
         Errand<JobType, Answer> errand)
        : pool_(pool), gathering_(gathering), loop_(loop), sockets_(sockets), errand_(errand) {}

    /// As SessionPool::submit.
    void submit(JobType job) {
        // Once the loop has done what it has at hand, which may bring more jobs for the batch.
        if (gathering_.add(std::move(job)))
            loop_.post([this] { depart(); });
    }

private:
    // A batch under way.
    struct Flight {
        typename Pool::Loan loan;
        std::unique_ptr<Pending<Answer>> pending;
    };

    void depart() {
        auto loan = gathering_.depart();
        if (!loan)
            return;
        try {
            auto pending = errand_.begin(loan->session(), loan->batch, loop_);
            flights_.push_back({*std::move(loan), std::move(pending)});
        } catch (const std::exception&) {
            gathering_.land();
            pool_.giveBack(*loan, std::current_exception());
            depart();
            return;
        }
        await(flights_.back());
    }

    void await(Flight& flight) {
        try {
            sockets_.await(
                flight.pending->socket(), flight.pending->events(),
                std::min(gathering_.helpTime(), flight.loan.deadline),
                [this, &flight](bool inTime) { inTime ? proceed(flight) : wait(flight); });
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
        if (gathering_.helpTime() <= now)
            depart();
        await(flight);
    }

    // The next batch leaves before this one is answered.
    void arrive(Flight& flight, Answer answer) {
        Batch batch = std::exchange(flight.loan.batch, {});
        land(flight);
        errand_.finish(batch, std::move(answer), loop_);
        submitOpen(batch);
    }

    void land(Flight& flight, std::exception_ptr failure = nullptr) {
        flight.pending.reset();
        Batch suspects;
        if (failure && isSuspect(flight.loan)) {
            suspects = std::exchange(flight.loan.batch, {});
            failure = nullptr;
        }
        gathering_.land();
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

    Pool& pool_;
    Gathering<JobType>& gathering_;
    Executor& loop_;
    SocketWaiter& sockets_;
    const Errand<JobType, Answer> errand_;

    std::list<Flight> flights_;
};

} // namespace kubecred::storage
