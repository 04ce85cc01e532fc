#pragma once

#include "BatchQueue.h"
#include "BatchSize.h"
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
        if (const auto refusal = refusalOf(job)) {
            job.fail(*refusal);
            job.settle(loop);
            return;
        }
        // Once the loop has done what it has at hand, which may bring more jobs for the batch.
        if (push(std::move(job)))
            postDeparture(loop);
        else
            helpLater(loop);
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
        Executor& loop = queue_.first().executor();
        lock.unlock();
        postDeparture(loop);
    }

private:
    using Lock = std::unique_lock<std::mutex>;

    /// A batch on its way.
    struct Flight {
        Lease lease;
        Jobs jobs;
        bool isAlone;
    };

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

    // What a batch gets even where a job of it has less time left: giving a session up because of
    // one late job would fail all the others.
    static constexpr std::chrono::milliseconds leastTime{250};

    static constexpr int mostFailures = 3;

    static Deadline now() { return std::chrono::steady_clock::now(); }

    std::optional<Fault> refusalOf(const Job& job) const {
        if (const auto refusal = pool_.refusal())
            return refusal;
        const std::lock_guard lock(mutex_);
        if (queue_.isTooSlow(job.deadline))
            return Fault::overloaded;
        return queue_.empty() ? std::nullopt : pool_.refusalToWait();
    }

    // True where nobody would come for the job.
    bool push(Job job) {
        const std::lock_guard lock(mutex_);
        queue_.push(std::move(job));
        pool_.addWaiting(1);
        return !std::exchange(isExpected_, isExpected_ || inFlight_ == 0) && inFlight_ == 0;
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
        helpLater(loop);
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

    void failAll(Fault refusal, Jobs& unsent) {
        Jobs jobs = queue_.takeAll();
        pool_.addWaiting(-static_cast<std::ptrdiff_t>(jobs.size()));
        for (Job& job : jobs) {
            job.fail(refusal);
            unsent.push_back(std::move(job));
        }
    }

    Flight board(Lease lease, Jobs& unsent) {
        auto jobs = queue_.take(batchSize_.most(), isOneAlone_,
                                [this](auto time) { pool_.metrics().waited(time); });
        pool_.addWaiting(-static_cast<std::ptrdiff_t>(jobs.size()));
        Deadline earliest = Deadline::max();
        for (Job& job : jobs) {
            if (job.deadline > lease.began()) {
                earliest = std::min(earliest, job.deadline);
                continue;
            }
            job.fail(Fault::timedOut);
            unsent.push_back(std::move(job));
        }
        std::erase_if(jobs, [](const Job& job) { return job.answered(); });
        lease.setDeadline(std::max(earliest, lease.began() + leastTime));
        const bool isAlone = !jobs.empty() && jobs.front().alone;
        if (jobs.empty())
            return {std::move(lease), {}, false};
        isOneAlone_ = isOneAlone_ || isAlone;
        ++inFlight_;
        pool_.metrics().began(jobs.size());
        return {std::move(lease), std::move(jobs), isAlone};
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

    static bool isLocked(const std::exception_ptr& failure) {
        try {
            if (failure)
                std::rethrow_exception(failure);
        } catch (const StorageError& error) {
            return error.fault() == Fault::locked;
        } catch (...) {
            return false;
        }
        return false;
    }

    // The next batch leaves before this one is answered.
    void land(Flight& flight, const std::exception_ptr& failure, bool isDatabaseLocked,
              Executor& loop) {
        const bool isLost = failure && !flight.lease.session().usable();
        const auto began = flight.lease.began();
        const auto size = flight.jobs.size();
        const auto fault = flight.lease.giveBack(failure);
        for (Job& job : flight.jobs)
            if (!job.answered())
                failOrRetry(job, fault, isLost, size);
        Jobs answered;
        {
            const std::lock_guard lock(mutex_);
            --inFlight_;
            isOneAlone_ = isOneAlone_ && !flight.isAlone;
            batchSize_.note(size, now() - began);
            if (fault && flight.isAlone)
                answered = failWhoWaitFor(flight.jobs.front(), *fault, isDatabaseLocked);
            putBack(flight.jobs, isLost, answered);
        }
        depart(loop);
        settle(answered, loop);
    }

    // Leaves open what is to be tried again.
    static void failOrRetry(Job& job, std::optional<Fault> fault, bool isLost, std::size_t size) {
        if (!fault) {
            assert(job.alone); // or it was forgotten
            if (!job.alone)
                job.fail(Fault::refused);
            return;
        }
        const bool again = isLost ? *fault != Fault::timedOut : *fault == Fault::conflict;
        if (!isLost && size > 1 && Operation::isAboutOne(*fault))
            job.alone = true;
        else if (!again || ++job.failures >= mostFailures)
            job.fail(*fault);
    }

    // They would wait as long, each of them.
    Jobs failWhoWaitFor(const Job& failed, Fault fault, bool isDatabaseLocked) {
        Jobs others;
        if (failed.answered() && (isDatabaseLocked || fault == Fault::locked))
            others = queue_.takeAlone([&](const Job& job) {
                return isDatabaseLocked || Operation::waitForTheSame(failed, job);
            });
        pool_.addWaiting(-static_cast<std::ptrdiff_t>(others.size()));
        for (Job& job : others)
            job.fail(fault);
        return others;
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
    void helpLater(Executor& loop) {
        Deadline when;
        {
            const std::lock_guard lock(mutex_);
            if (inFlight_ == 0 || isExpected_ || isHelpDue_ || !queue_.hasNext(isOneAlone_))
                return;
            isHelpDue_ = true;
            when = queue_.since() + patience_;
        }
        loop.timers().add(when, std::make_shared<Help>(*this, loop));
    }

    void setHelp(bool isDue) {
        const std::lock_guard lock(mutex_);
        isHelpDue_ = isDue;
    }

    void help(Executor& loop) {
        bool isTime = false;
        {
            const std::lock_guard lock(mutex_);
            isTime = queue_.hasNext(isOneAlone_) && queue_.since() + patience_ <= now();
        }
        if (isTime)
            depart(loop);
        else
            helpLater(loop);
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
