#pragma once

#include "FakeSession.h"
#include "FixedClock.h"
#include "RecordingLogger.h"
#include "ThrownError.h"
#include "host/metrics/PrometheusMetrics.h"
#include "storage/Job.h"
#include "storage/SessionPool.h"
#include "support/Eventually.h"
#include "support/Started.h"

#include <cppunit/extensions/HelperMacros.h>

#include <chrono>
#include <string>

namespace kubecred::test {

/// A pool of sessions with a fake database whose jobs are numbers.
class SessionPoolFixture : public CppUnit::TestFixture {
protected:
    using NumberJob = storage::Job<int, int>;
    using Pool = storage::SessionPool<NumberJob>;

    static Deadline soon() { return std::chrono::steady_clock::now() + std::chrono::seconds(5); }

    static Started<int> submit(Pool& pool, int number, Deadline deadline = soon()) {
        return Started<int>(Deferred<int>([&](Executor& executor, Sink<int> sink) {
            pool.submit({number, deadline, executor, std::move(sink)});
        }));
    }

    /// What a job fails with, as the log says it.
    static std::string failureOf(Started<int>& job) {
        const Error error = thrownError([&] { job.get(); });
        CPPUNIT_ASSERT(error.kind() == ErrorKind::unavailable);
        return error.detail();
    }

    void awaitSessions(int count) {
        CPPUNIT_ASSERT(eventually([&] { return database_.sessions == count; }));
    }

    FakeDatabase database_;
    RecordingLogger logger_;
    FixedClock clock_;
    host::PrometheusMetrics metrics_;
    storage::CircuitBreaker breaker_{"tests", logger_, clock_};
};

} // namespace kubecred::test
