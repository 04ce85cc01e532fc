#pragma once

#include "BatchQueue.h"
#include "BatchSize.h"
#include "Flight.h"
#include "Landing.h"
#include "Operation.h"
#include "kubecred/Timers.h"
#include "storage/sessions/SessionPool.h"

#include <algorithm>
#include <cassert>
#include <chrono>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace kubecred::storage {

/// Gathers jobs until a session is free for them, and has the operation perform them there
/// together: the more of them travel together, the less each costs the database. While one batch
/// is in flight, others wait for it, and depart by themselves once that takes too long. Safe to
/// call from several threads at once; must outlive the event loops that it was called on.
///
/// Invariant: while jobs wait, somebody will come for them: a call of `depart` is posted, a batch
/// is in flight that departs again when it lands, or the pool has this borrower in its queue.
template <BatchedOperation Operation>
class Batcher final : public Borrower {
public:
    using Job = typename Operation::Job;
    using Jobs = std::vector<Job>;

    /// `patience`: how long jobs wait behind a batch in flight. The pool must outlive this object.
    Batcher(SessionPool& pool, std::chrono::milliseconds patience)
        : pool_(pool), patience_(patience) {}

    /// Answers or fails the job, by its deadline or shortly after it; at once where the database is
    /// known to be out of reach or too many jobs wait already. To be called on the thread of the
    /// job's executor.
    void submit(Job job) {
        Executor& loop = job.executor();
        Lock lock(mutex_);
        if (const auto refusal = refusalOf(job)) {
            lock.unlock();
            job.fail(*refusal);
            job.settle(loop);
            return;
        }
        queue_.push(std::move(job));
        pool_.addWaiting(1);
        const bool wouldNobodyCome = !isExpected_ && inFlight_ == 0;
        isExpected_ = isExpected_ || wouldNobodyCome;
        if (!wouldNobodyCome) {
            helpLater(std::move(lock), loop);
            return;
        }
        lock.unlock();
        // Once the loop has done what it has at hand, which may bring more jobs for the batch.
        postDeparture(loop);
    }

    void wake() override {
        Lock lock(mutex_);
        if (queue_.empty()) {
            pool_.forget(*this);
            lock.unlock();
            pool_.wakeThoseWhoseTurnItIs();
            return;
        }
        isExpected_ = true;
        postDeparture(queue_.first().executor());
    }

private:
    using Lock = std::unique_lock<std::mutex>;
    using Flight = storage::Flight<Job>;
    using Landing = storage::Landing<Operation>;

    /// Lets those depart that a batch in flight keeps waiting.
    class Help final : public Timers::Work {
    public:
        Help(Batcher& batcher, Executor& loop) : batcher_(batcher), loop_(loop) {}
        ~Help() override {
            if (!isOver_)
                batcher_.setHelp(false); // the loop is gone before it is time
        }
        Help(const Help&) = delete;
        Help& operator=(const Help&) = delete;

        void expire() override {
            isOver_ = true; // another one may be due once this one is destroyed
            batcher_.setHelp(false);
            batcher_.help(loop_);
        }

    private:
        Batcher& batcher_;
        Executor& loop_;
        bool isOver_ = false;
    };

    static Deadline now() { return std::chrono::steady_clock::now(); }

    std::optional<Fault> refusalOf(const Job& job) const {
        if (const auto refusal = pool_.refusal())
            return refusal;
        if (queue_.isTooSlow(job.deadline))
            return Fault::overloaded;
        return queue_.empty() ? std::nullopt : pool_.refusalToWait();
    }

    void postDeparture(Executor& loop) {
        loop.post([this, &loop] { depart(loop); });
    }

    // On the thread of the loop.
    void depart(Executor& loop) {
        Jobs unsent;
        auto flight = prepare(unsent);
        settle(unsent, loop);
        if (flight)
            fly(*std::move(flight), loop).start(loop, []([[maybe_unused]] const auto& outcome) {
                assert(outcome.index() == 0);
            });
        helpLater(Lock(mutex_), loop);
    }

    // The next batch, and jobs that have failed already.
    std::optional<Flight> prepare(Jobs& unsent) {
        Lock lock(mutex_);
        isExpected_ = false;
        while (queue_.hasNext(isOneAlone_)) {
            std::optional<Fault> refusal;
            auto lease = borrow(refusal);
            if (refusal) {
                failAll(*refusal, unsent);
                break;
            }
            isExpected_ = !lease;
            if (!lease)
                return std::nullopt;
            auto flight = board(*std::move(lease), unsent);
            if (!flight.jobs.empty())
                return flight;
            lock.unlock();
            flight.lease.giveBack();
            lock.lock();
        }
        const bool stood = pool_.forget(*this);
        lock.unlock();
        if (stood)
            pool_.wakeThoseWhoseTurnItIs();
        return std::nullopt;
    }

    // A session, or why there is none to be had. Where it is neither, this stands in the queue.
    std::optional<Lease> borrow(std::optional<Fault>& refusal) {
        refusal = pool_.refusal();
        if (refusal)
            return std::nullopt;
        auto lease = pool_.lend(*this);
        if (!lease)
            refusal = pool_.refusal(); // the queue may have been woken for it just before
        return lease;
    }

    // Taken out of the queue, jobs wait no more.
    Jobs counted(Jobs taken) {
        pool_.addWaiting(-static_cast<std::ptrdiff_t>(taken.size()));
        return taken;
    }

    void failAll(Fault refusal, Jobs& unsent) {
        for (Job& job : counted(queue_.takeAll())) {
            job.fail(refusal);
            unsent.push_back(std::move(job));
        }
    }

    Flight board(Lease lease, Jobs& unsent) {
        Flight flight(std::move(lease),
                      counted(queue_.take(batchSize_.most(), isOneAlone_,
                                          [this](auto time) { pool_.metrics().waited(time); })),
                      unsent);
        if (flight.jobs.empty())
            return flight;
        isOneAlone_ = isOneAlone_ || flight.isAlone;
        ++inFlight_;
        pool_.metrics().began(flight.jobs.size());
        return flight;
    }

    Deferred<Done> fly(Flight flight, Executor& loop) {
        std::exception_ptr failure;
        try {
            co_await Operation::perform(flight.lease, flight.jobs);
        } catch (...) {
            failure = std::current_exception();
        }
        bool isDatabaseLocked = false;
        if (flight.isAlone && isLocked(failure) && flight.lease.session().usable()) {
            const auto probed = co_await outcomeOf(flight.lease.probe());
            if (const auto* refused = std::get_if<1>(&probed)) {
                failure = *refused;
                isDatabaseLocked = true;
            }
        }
        land(flight, failure, isDatabaseLocked, loop);
        co_return Done{};
    }

    // The next batch leaves before this one is answered.
    void land(Flight& flight, const std::exception_ptr& failure, bool isDatabaseLocked,
              Executor& loop) {
        Landing landing{.size = flight.jobs.size(), .isDatabaseLocked = isDatabaseLocked};
        landing.isSessionLost = failure && !flight.lease.session().usable();
        const auto began = flight.lease.began();
        landing.fault = flight.lease.giveBack(failure);
        for (Job& job : flight.jobs)
            if (!job.answered())
                landing.judge(job);
        Jobs answered;
        {
            const std::lock_guard lock(mutex_);
            --inFlight_;
            isOneAlone_ = isOneAlone_ && !flight.isAlone;
            batchSize_.note(landing.size, now() - began);
            if (landing.fault && flight.isAlone)
                answered = failTheDoomed(landing, flight.jobs.front());
            putBack(flight.jobs, landing.isSessionLost, answered);
        }
        depart(loop);
        settle(answered, loop);
    }

    Jobs failTheDoomed(const Landing& landing, const Job& failed) {
        Jobs doomed = counted(
            queue_.takeAlone([&](const Job& waiting) { return landing.dooms(waiting, failed); }));
        for (Job& job : doomed)
            job.fail(*landing.fault);
        return doomed;
    }

    // What was begun in a session that is lost goes first.
    void putBack(Jobs& jobs, bool isLost, Jobs& answered) {
        if (isLost)
            std::ranges::reverse(jobs);
        for (Job& job : jobs) {
            if (job.answered()) {
                answered.push_back(std::move(job));
                continue;
            }
            isLost ? queue_.pushFirst(std::move(job)) : queue_.push(std::move(job));
            pool_.addWaiting(1);
        }
    }

    static void settle(Jobs& jobs, const Executor& loop) {
        for (Job& job : jobs)
            job.settle(loop);
    }

    // On the thread of the loop, so that its timer can be set.
    void helpLater(Lock lock, Executor& loop) {
        if (inFlight_ == 0 || isExpected_ || isHelpDue_ || !queue_.hasNext(isOneAlone_))
            return;
        isHelpDue_ = true;
        const Deadline when = queue_.since() + patience_;
        lock.unlock();
        loop.timers().add(when, std::make_shared<Help>(*this, loop));
    }

    void setHelp(bool isDue) {
        const std::lock_guard lock(mutex_);
        isHelpDue_ = isDue;
    }

    void help(Executor& loop) {
        Lock lock(mutex_);
        const bool isTime = queue_.hasNext(isOneAlone_) && queue_.since() + patience_ <= now();
        if (!isTime) {
            helpLater(std::move(lock), loop);
            return;
        }
        lock.unlock();
        depart(loop);
    }

    SessionPool& pool_;
    const std::chrono::milliseconds patience_;

    mutable std::mutex mutex_; // guards everything below
    BatchQueue<Job> queue_;
    BatchSize batchSize_;
    std::size_t inFlight_ = 0; // batches
    bool isOneAlone_ = false;  // one of them is a job that travels alone
    bool isExpected_ = false;  // `depart` will be called, or the pool will call `wake`
    bool isHelpDue_ = false;   // a timer is set
};

} // namespace kubecred::storage
