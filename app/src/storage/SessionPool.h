#pragma once

#include "BatchFailures.h"
#include "BatchSize.h"
#include "CircuitBreaker.h"
#include "JobQueue.h"
#include "PoolMetrics.h"
#include "SessionSlot.h"
#include "kubecred/Threads.h"

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace kubecred::storage {

/// A pool of sessions, each with a thread of its own, that work through jobs in batches: whatever
/// has gathered when a session comes free travels in one statement. As long as one session is
/// quick enough it does everything, since large batches cost the database least; the others join
/// where a job would wait too long behind it. A session that is free may also be borrowed by
/// somebody who does not need its thread to wait. Safe to call from several threads at once.
///
/// `JobType` is a Job: it has a `deadline`, counts `failures`, and is to be answered or failed.
template <typename JobType>
class SessionPool {
    struct Seat {
        Seat(const SessionFactory& factory, Role role, CircuitBreaker& breaker, Logger& logger)
            : slot(factory, role, breaker, logger) {}

        SessionSlot slot;      // of the one who has borrowed the session, else of its thread
        bool watching = false; // its thread waits for something to do, or for a successor
        bool lent = false;
    };

public:
    using Batch = std::vector<JobType>;

    /// Answers or fails every job of a batch. May throw StorageError: jobs that are unanswered by
    /// then are failed, or tried again where the session was lost.
    using Work = std::function<void(Session&, Batch&, Deadline)>;

    /// `size`: the most sessions open at once; `patience`: how long a job waits behind a busy
    /// session before another one takes it. The references must outlive this object.
    SessionPool(SessionFactory factory, Role role, std::size_t size,
                std::chrono::milliseconds patience, Work work, CircuitBreaker& breaker,
                Logger& logger, Metrics& metrics)
        : factory_(std::move(factory)),
          role_(role),
          size_(size),
          patience_(patience),
          work_(std::move(work)),
          breaker_(breaker),
          logger_(logger),
          metrics_(metrics, std::string(breaker.name()), [this] { return figures(); }) {}

    ~SessionPool() { stop(); }
    SessionPool(const SessionPool&) = delete;
    SessionPool& operator=(const SessionPool&) = delete;

    /// Begins to open the sessions; returns at once.
    void start() {
        const std::lock_guard lock(mutex_);
        for (std::size_t i = 0; i < size_; ++i)
            seats_.push_back(std::make_unique<Seat>(factory_, role_, breaker_, logger_));
        for (const auto& seat : seats_)
            threads_.add([this, &seat = *seat] { run(seat); });
    }

    /// From now on takes no job, and begins nothing.
    void beginToStop() {
        {
            const std::lock_guard lock(mutex_);
            stopping_ = true;
        }
        jobs_.notify_all();
        stopped_.notify_all();
    }

    /// Ends the batches under way, fails what still waits, and closes every session, once none is
    /// lent any more. False where a thread has not ended by the deadline, as in a session that is
    /// stuck: what it uses must stay then, and this may be called again.
    bool stop(Deadline deadline = Deadline::max()) {
        beginToStop();
        const bool isOver = threads_.join(deadline);
        if (isOver)
            seats_.clear();
        failAll(takeAll(), Fault::stopping);
        return isOver;
    }

    /// Answers or fails the job, by its deadline or shortly after it; at once where the database is
    /// known to be out of reach or too many jobs wait already.
    void submit(JobType job) {
        Executor& executor = job.executor();
        bool wakes = false;
        const auto refusal = tryPush(job, wakes);
        if (refusal)
            job.fail(*refusal);
        // Once the executor has done what it has at hand, which may bring more jobs for the batch.
        if (wakes)
            executor.post([this] { jobs_.notify_one(); });
    }

    /// A session that its borrower has for itself, and the jobs that it does there.
    class Loan {
    public:
        Session& session() const noexcept { return *seat_->slot.session(); }

        Batch batch;
        Deadline deadline; ///< for all of them

    private:
        friend SessionPool;
        Loan(Seat& seat, Batch jobs)
            : batch(std::move(jobs)),
              seat_(&seat),
              began_(std::chrono::steady_clock::now()),
              size_(batch.size()) {}

        Seat* seat_;
        Deadline began_;
        std::size_t size_;
    };

    /// Lends a session for as many of the jobs as may travel together, one at least. Nothing where
    /// none is free, or others wait for one already: the jobs are to be submitted then.
    std::optional<Loan> lend(JobQueue<JobType>& jobs) {
        std::optional<Loan> loan;
        {
            const std::lock_guard lock(mutex_);
            Seat* seat = stopping_ || !waiting_.empty() ? nullptr : freeSeat();
            if (seat == nullptr)
                return std::nullopt;
            loan = borrow(*seat, jobs);
        }
        prepare(*loan);
        if (!loan->batch.empty())
            return loan;
        giveBack(*loan);
        return std::nullopt;
    }

    /// Takes a session back: it did what it was asked, or this is what became of it. What is left
    /// unanswered in the batch is failed, or tried again where the session was lost.
    void giveBack(Loan& loan, const std::exception_ptr& failure = nullptr) {
        const Lock lock = settle(loan, failure);
        returned_.notify_all();
        if (failure)
            jobs_.notify_all(); // the session's thread is to see to it
        else if (!waiting_.empty())
            jobs_.notify_one();
    }

private:
    using Lock = std::unique_lock<std::mutex>;

    PoolFigures figures() const {
        const std::lock_guard lock(mutex_);
        return {waiting_.size(), busy_, breaker_.sessions(), breaker_.refusal().has_value()};
    }

    // What a batch gets even where a job of it has less time left: giving a session up because of
    // one late job would fail all the others.
    static constexpr std::chrono::milliseconds leastTime{250};

    // `wakes`: whether a session that is free has to be woken for it.
    std::optional<Fault> tryPush(JobType& job, bool& wakes) {
        const std::lock_guard lock(mutex_);
        if (stopping_)
            return Fault::stopping;
        if (const auto refusal = breaker_.refusal())
            return refusal;
        if (waiting_.isTooLong(job.deadline))
            return Fault::overloaded;
        const bool isFirst = waiting_.empty();
        waiting_.push(std::move(job));
        wakes = busy_ == 0 ? isFirst : !std::exchange(watched_, true);
        return std::nullopt;
    }

    // The first one, so that few of them do most.
    Seat* freeSeat() const {
        for (const auto& seat : seats_)
            if (seat->watching && !seat->lent && isAsynchronous(seat->slot.session()))
                return seat.get();
        return nullptr;
    }

    static bool isAsynchronous(const Session* session) {
        return session != nullptr && session->isAsynchronous();
    }

    void run(Seat& seat) {
        Lock lock(mutex_);
        while (!stopping_ || seat.lent) {
            if (seat.lent)
                awaitReturn(seat, lock);
            else if (seat.slot.hasSuccessor())
                replace(seat.slot, lock);
            else if (seat.slot.nextCheck() <= std::chrono::steady_clock::now())
                check(seat.slot, lock);
            else if (seat.slot.session() == nullptr)
                waitWithoutSession(seat.slot, lock);
            else if (!renewing_ && seat.slot.isAged())
                renew(seat, lock);
            else if (isTurn())
                serve(seat, lock);
            else
                watch(seat, lock);
        }
    }

    void awaitReturn(const Seat& seat, Lock& lock) {
        if (!waiting_.empty())
            jobs_.notify_one(); // in case that this thread was woken for it
        returned_.wait(lock, [&] { return !seat.lent; });
    }

    void waitWithoutSession(const SessionSlot& slot, Lock& lock) {
        if (!waiting_.empty())
            jobs_.notify_one(); // in case that this thread was woken for it
        stopped_.wait_until(lock, slot.nextCheck());
    }

    void check(SessionSlot& slot, Lock& lock) {
        lock.unlock();
        slot.check();
        failAllWhileDown();
        lock.lock();
    }

    // One after the other: the other sessions' threads see to what waits.
    void renew(Seat& seat, Lock& lock) {
        renewing_ = true;
        seat.watching = true; // it may be borrowed
        lock.unlock();
        seat.slot.openSuccessor();
        failAllWhileDown();
        lock.lock();
        seat.watching = false;
        renewing_ = false;
    }

    void replace(SessionSlot& slot, Lock& lock) {
        lock.unlock();
        slot.replace();
        lock.lock();
    }

    void failAllWhileDown() {
        if (const auto fault = breaker_.refusal())
            failAll(takeAll(), *fault);
    }

    // Whether a session that is free should take what waits.
    bool isTurn() const {
        return !waiting_.empty() && (busy_ == 0 || helpTime() <= std::chrono::steady_clock::now());
    }

    Deadline helpTime() const { return waiting_.since() + patience_; }

    // Waits for a job, or for the moment to help with one.
    void watch(Seat& seat, Lock& lock) {
        const Deadline nextCheck = seat.slot.nextCheck();
        watched_ = !waiting_.empty();
        seat.watching = true;
        jobs_.wait_until(lock, watched_ ? std::min(helpTime(), nextCheck) : nextCheck);
        seat.watching = false;
        watched_ = false;
    }

    void serve(Seat& seat, Lock& lock) {
        Loan loan = borrow(seat, waiting_);
        if (!waiting_.empty())
            jobs_.notify_one(); // somebody else has to watch now
        lock.unlock();
        prepare(loan);
        std::exception_ptr failure;
        try {
            if (!loan.batch.empty())
                work_(loan.session(), loan.batch, loan.deadline);
        } catch (...) {
            failure = std::current_exception();
        }
        lock = settle(loan, failure);
    }

    Loan borrow(Seat& seat, JobQueue<JobType>& jobs) {
        seat.lent = true;
        ++busy_;
        return {seat, jobs.take(batchSize_.most(), [this](auto time) { metrics_.waited(time); })};
    }

    // Nothing is left of the batch where all jobs came too late.
    void prepare(Loan& loan) {
        failLate(loan.batch);
        Deadline earliest = Deadline::max();
        for (const auto& job : loan.batch)
            earliest = std::min(earliest, job.deadline);
        loan.deadline = std::max(earliest, loan.began_ + leastTime);
        if (!loan.batch.empty())
            metrics_.began(loan.batch.size());
    }

    // Holds the lock from when the session is free: a pool that stops waits for nothing else.
    Lock settle(Loan& loan, const std::exception_ptr& failure) {
        const auto took = std::chrono::steady_clock::now() - loan.began_;
        if (failure)
            failOrRetry(loan.seat_->slot, loan.batch, failure, logger_);
        else
            loan.seat_->slot.succeeded();
        putBack(loan.batch);
        failAllWhileDown();
        Lock lock(mutex_);
        batchSize_.note(loan.size_, took);
        --busy_;
        loan.seat_->lent = false;
        return lock;
    }

    // What a lost session has left unanswered goes first.
    void putBack(Batch& batch) {
        const std::lock_guard lock(mutex_);
        for (auto& job : batch)
            if (!job.answered()) {
                waiting_.pushFirst(std::move(job));
                jobs_.notify_one();
            }
    }

    Batch takeAll() {
        const std::lock_guard lock(mutex_);
        return waiting_.takeAll();
    }

    const SessionFactory factory_;
    const Role role_;
    const std::size_t size_;
    const std::chrono::milliseconds patience_;
    const Work work_;
    CircuitBreaker& breaker_;
    Logger& logger_;
    PoolMetrics metrics_;

    mutable std::mutex mutex_;         // guards everything below
    std::condition_variable jobs_;     // for threads with a session
    std::condition_variable stopped_;  // for those without
    std::condition_variable returned_; // for those whose session is lent
    JobQueue<JobType> waiting_;
    std::vector<std::unique_ptr<Seat>> seats_;
    BatchSize batchSize_;
    std::size_t busy_ = 0;  // sessions with a batch under way
    bool watched_ = false;  // a free session waits for the moment to help a busy one
    bool renewing_ = false; // a session's thread opens its successor
    bool stopping_ = false;

    Threads threads_; // last: they use everything above
};

} // namespace kubecred::storage
