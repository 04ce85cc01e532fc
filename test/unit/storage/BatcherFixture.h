#pragma once

#include "FakeSession.h"
#include "Multiplying.h"
#include "host/metrics/PrometheusMetrics.h"
#include "storage/batching/Batcher.h"
#include "storage/batching/LoopBatchers.h"
#include "storage/sessions/SessionPool.h"
#include "support/Eventually.h"
#include "support/LoopExecutor.h"
#include "support/Started.h"
#include "unit/FixedClock.h"
#include "unit/RecordingLogger.h"
#include "unit/ThrownError.h"

#include <cppunit/extensions/HelperMacros.h>

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace kubecred::test {

/// A pool of sessions with a fake database, and a batcher whose jobs are numbers: each is answered
/// by ten times the number.
class BatcherFixture : public CppUnit::TestFixture {
public:
    void tearDown() override {
        database_.releaseAnswers();
        if (pool_)
            pool_->stop();
    }

protected:
    using Numbers = FakeDatabase::Numbers;
    using Batches = std::vector<Numbers>;

    static Deadline soon() { return std::chrono::steady_clock::now() + std::chrono::seconds(5); }

    /// Neither opens a session before `pool_->start()`.
    void make(std::size_t sessions) { make(sessions, database_.factory()); }
    void make(std::size_t sessions, storage::SessionFactory factory) {
        pool_.emplace(std::move(factory), storage::Role::writing, sessions, breaker_, logger_,
                      metrics_);
        batcher_.emplace(*pool_, patience_);
        batchers_.emplace(*pool_, patience_);
    }

    /// With every session open and free.
    void begin(std::size_t sessions) {
        make(sessions);
        pool_->start();
        awaitFree(sessions);
    }

    void awaitFree(std::size_t sessions) {
        Nobody nobody;
        CPPUNIT_ASSERT(eventually([&] {
            std::vector<storage::Lease> leases;
            while (auto lease = pool_->lend(nobody))
                leases.push_back(*std::move(lease));
            pool_->forget(nobody);
            pool_->wakeThoseWhoseTurnItIs();
            return leases.size() == sessions;
        }));
    }

    Started<int> submit(int number) { return submit(number, soon()); }
    Started<int> submit(int number, Deadline deadline) { return submit(number, deadline, loop_); }
    Started<int> submit(int number, Deadline deadline, Executor& loop) {
        return submitTo(*batcher_, number, deadline, loop);
    }

    /// To the batcher that is the loop's own.
    Started<int> submitApart(int number, Executor& loop) {
        return submitTo(*batchers_, number, soon(), loop);
    }

    /// The numbers from the first to the last, which come in one turn of the loop.
    std::vector<Started<int>> submitTogether(int first, int last) {
        return loop_.inOneTurn([&] {
            std::vector<Started<int>> jobs;
            for (int number = first; number <= last; ++number)
                jobs.push_back(submit(number));
            return jobs;
        });
    }

    static void assertMultiplied(std::vector<Started<int>>& jobs, int first) {
        for (std::size_t i = 0; i < jobs.size(); ++i)
            CPPUNIT_ASSERT_EQUAL(10 * (first + static_cast<int>(i)), jobs[i].get());
    }

    /// A job that keeps a session busy until the answers are released.
    Started<int> holdUp(int number = 0) {
        const int begun = database_.begun;
        database_.holdAnswers();
        auto job = submit(number);
        CPPUNIT_ASSERT(eventually([&] { return database_.begun > begun; }));
        database_.answerOthers();
        return job;
    }

    /// What a job fails with, as the log says it.
    static std::string failureOf(Started<int>& job, ErrorKind kind = ErrorKind::unavailable) {
        const Error error = thrownError([&] { job.get(); });
        CPPUNIT_ASSERT(error.kind() == kind);
        return error.detail();
    }

    void awaitSessions(int count) {
        CPPUNIT_ASSERT(eventually([&] { return database_.sessions == count; }));
    }

    /// How many wait, as the metrics say it.
    bool showsWaiting(int count) {
        const std::string line = "kubecred_database_requests_waiting{operation=\"tests\"} ";
        return metrics_.text().find(line + std::to_string(count) + "\n") != std::string::npos;
    }

    std::vector<std::size_t> sizes() const {
        std::vector<std::size_t> sizes;
        for (const auto& batch : database_.multiplied())
            sizes.push_back(batch.size());
        return sizes;
    }

    std::chrono::milliseconds patience_{4}; // of the batchers that are made next
    FakeDatabase database_;
    RecordingLogger logger_;
    FixedClock clock_;
    host::PrometheusMetrics metrics_;
    storage::CircuitBreaker breaker_{"tests", logger_, clock_};
    std::optional<storage::SessionPool> pool_;
    std::optional<storage::Batcher<Multiplying>> batcher_;       // of all loops
    std::optional<storage::LoopBatchers<Multiplying>> batchers_; // one a loop
    LoopExecutor loop_; // last: it must end before what works on it

private:
    struct Nobody final : storage::Borrower {
        void wake() override {}
    };

    template <typename Batchers>
    static Started<int> submitTo(Batchers& to, int number, Deadline deadline, Executor& loop) {
        return Started<int>(Deferred<int>([&to, number, deadline](Executor& own, Sink<int> sink) {
                                to.submit({number, deadline, own, std::move(sink)});
                            }),
                            loop);
    }
};

} // namespace kubecred::test
