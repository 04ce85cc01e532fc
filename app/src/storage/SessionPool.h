#pragma once

#include "CircuitBreaker.h"
#include "PoolMetrics.h"
#include "SessionSlot.h"

#include <algorithm>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <typeinfo>
#include <utility>
#include <vector>

namespace kubecred::storage {

/// A pool of sessions, each with a thread of its own, that work through jobs in batches: whatever
/// has gathered when a session comes free travels in one statement. As long as one session is
/// quick enough it does everything, since large batches cost the database least; the others join
/// where a job would wait too long behind it. Safe to call from several threads at once.
///
/// `JobType` is a Job: it has a `deadline`, counts `failures`, and is to be answered or failed.
template <typename JobType>
class SessionPool {
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
        for (std::size_t i = 0; i < size_; ++i)
            threads_.emplace_back([this] { run(); });
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

    /// Ends the batches under way, fails what still waits, and closes every session.
    void stop() {
        beginToStop();
        for (auto& thread : threads_)
            thread.join();
        threads_.clear();
        failAll(takeAll(), Fault::stopping);
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

private:
    using Lock = std::unique_lock<std::mutex>;

    PoolFigures figures() const {
        const std::lock_guard lock(mutex_);
        return {waiting_.size(), busy_, breaker_.sessions(), breaker_.refusal().has_value()};
    }

    struct Waiting {
        JobType job;
        Deadline since;
    };

    static constexpr std::size_t mostWaiting = 1024;
    static constexpr std::size_t mostInBatch = 256;
    static constexpr std::chrono::milliseconds slowBatch{250};
    static constexpr int mostFailures = 3;

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
        if (isOverloaded(job.deadline))
            return Fault::overloaded;
        const bool isFirst = waiting_.empty();
        waiting_.push_back({std::move(job), std::chrono::steady_clock::now()});
        wakes = busy_ == 0 ? isFirst : !std::exchange(watched_, true);
        return std::nullopt;
    }

    // A job that waits half its time away before it is taken would hardly be done in the rest.
    bool isOverloaded(Deadline deadline) const {
        if (waiting_.empty())
            return false;
        const auto now = std::chrono::steady_clock::now();
        return waiting_.size() >= mostWaiting ||
               now - waiting_.front().since > (deadline - now) / 2;
    }

    void run() {
        SessionSlot slot(factory_, role_, breaker_, logger_);
        Lock lock(mutex_);
        while (!stopping_) {
            if (slot.nextCheck() <= std::chrono::steady_clock::now())
                check(slot, lock);
            else if (slot.session() == nullptr)
                waitWithoutSession(slot, lock);
            else if (isTurn())
                serve(slot, lock);
            else
                watch(slot, lock);
        }
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

    void failAllWhileDown() {
        if (const auto fault = breaker_.refusal())
            failAll(takeAll(), *fault);
    }

    // Whether a session that is free should take what waits.
    bool isTurn() const {
        return !waiting_.empty() && (busy_ == 0 || helpTime() <= std::chrono::steady_clock::now());
    }

    Deadline helpTime() const { return waiting_.front().since + patience_; }

    // Waits for a job, or for the moment to help with one.
    void watch(const SessionSlot& slot, Lock& lock) {
        watched_ = !waiting_.empty();
        jobs_.wait_until(lock,
                         watched_ ? std::min(helpTime(), slot.nextCheck()) : slot.nextCheck());
        watched_ = false;
    }

    void serve(SessionSlot& slot, Lock& lock) {
        Batch batch = takeBatch();
        ++busy_;
        if (!waiting_.empty())
            jobs_.notify_one(); // somebody else has to watch now
        lock.unlock();
        const auto size = batch.size();
        const auto began = std::chrono::steady_clock::now();
        work(slot, batch);
        const auto took = std::chrono::steady_clock::now() - began;
        putBack(batch);
        failAllWhileDown();
        lock.lock();
        --busy_;
        adapt(size, took);
    }

    // A database that is slow for each row would miss the deadline of a large batch, and with it
    // all of its work.
    void adapt(std::size_t size, std::chrono::steady_clock::duration took) {
        if (took > slowBatch)
            batchSize_ = std::max<std::size_t>(1, std::min(batchSize_, size) / 2);
        else if (size >= batchSize_ && took < slowBatch / 4)
            batchSize_ = std::min(2 * batchSize_, mostInBatch);
    }

    // What a lost session has left unanswered goes first.
    void putBack(Batch& batch) {
        const std::lock_guard lock(mutex_);
        for (auto& job : batch)
            if (!job.answered()) {
                waiting_.push_front({std::move(job), std::chrono::steady_clock::now()});
                jobs_.notify_one();
            }
    }

    Batch takeBatch() {
        const auto now = std::chrono::steady_clock::now();
        Batch batch;
        batch.reserve(std::min(waiting_.size(), batchSize_));
        while (!waiting_.empty() && batch.size() < batchSize_) {
            metrics_.waited(now - waiting_.front().since);
            batch.push_back(std::move(waiting_.front().job));
            waiting_.pop_front();
        }
        return batch;
    }

    Batch takeAll() {
        const std::lock_guard lock(mutex_);
        Batch all;
        for (auto& waiting : std::exchange(waiting_, {}))
            all.push_back(std::move(waiting.job));
        return all;
    }

    static void failAll(Batch batch, Fault fault) {
        for (auto& job : batch)
            if (!job.answered())
                job.fail(fault);
    }

    // Leaves those jobs unanswered that another session is to try.
    void work(SessionSlot& slot, Batch& batch) {
        const auto now = std::chrono::steady_clock::now();
        Deadline earliest = Deadline::max();
        for (auto& job : batch) {
            if (job.deadline <= now)
                job.fail(Fault::timedOut);
            else
                earliest = std::min(earliest, job.deadline);
        }
        std::erase_if(batch, [](const JobType& job) { return job.answered(); });
        if (batch.empty())
            return;
        metrics_.began(batch.size());
        try {
            work_(*slot.session(), batch, std::max(earliest, now + leastTime));
            slot.succeeded();
        } catch (const StorageError& error) {
            recover(slot, batch, error.fault());
        } catch (const std::exception& exception) {
            logger_.log(LogLevel::error, "a database session failed",
                        {{"error", std::string_view(typeid(exception).name())}});
            slot.failed(Fault::refused);
            failAll(std::exchange(batch, {}), Fault::refused);
        }
    }

    void recover(SessionSlot& slot, Batch& batch, Fault fault) {
        const bool lost = !slot.session()->usable();
        slot.failed(fault);
        for (auto& job : batch)
            if (!job.answered() &&
                (!lost || fault == Fault::timedOut || ++job.failures >= mostFailures))
                job.fail(fault);
    }

    const SessionFactory factory_;
    const Role role_;
    const std::size_t size_;
    const std::chrono::milliseconds patience_;
    const Work work_;
    CircuitBreaker& breaker_;
    Logger& logger_;
    PoolMetrics metrics_;

    mutable std::mutex mutex_;        // guards everything below
    std::condition_variable jobs_;    // for threads with a session
    std::condition_variable stopped_; // for those without
    std::deque<Waiting> waiting_;
    std::size_t batchSize_ = mostInBatch;
    std::size_t busy_ = 0; // sessions with a batch under way
    bool watched_ = false; // a free session waits for the moment to help a busy one
    bool stopping_ = false;

    std::vector<std::thread> threads_;
};

} // namespace kubecred::storage
