#include "GatedPoolFixture.h"

#include <cppunit/extensions/HelperMacros.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <thread>

namespace kubecred::test {

using namespace std::chrono_literals;

// How a pool replaces sessions that have come of age.
class SessionRenewalTest : public GatedPoolFixture {
    CPPUNIT_TEST_SUITE(SessionRenewalTest);
    CPPUNIT_TEST(replacesOldSessions);
    CPPUNIT_TEST(replacesThemWhileThereAreJobs);
    CPPUNIT_TEST(cutsNoBatch);
    CPPUNIT_TEST(lendsASessionWhileItsSuccessorIsOpened);
    CPPUNIT_TEST(opensOneSuccessorAtATime);
    CPPUNIT_TEST_SUITE_END();

public:
    void replacesOldSessions() {
        database_.maxAge = 20ms;
        Pool pool = poolOf(2);
        pool.start();
        CPPUNIT_ASSERT(eventually([&] { return database_.openings >= 6; }));
        database_.maxAge = 1h;
        awaitSessions(2);
        CPPUNIT_ASSERT(breaker_.state().kind == storage::DatabaseState::Kind::up);
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, breaker_.sessions());
    }

    void replacesThemWhileThereAreJobs() {
        database_.maxAge = 20ms;
        Pool pool = poolOf(1);
        pool.start();
        int number = 0;
        CPPUNIT_ASSERT(eventually([&] {
            ++number;
            CPPUNIT_ASSERT_EQUAL(10 * number, submit(pool, number).get());
            return database_.openings >= 3;
        }));
    }

    void cutsNoBatch() {
        database_.maxAge = 20ms;
        Pool pool = poolOf(1);
        pool.start();
        awaitSessions(1);
        database_.maxAge = 1h;
        auto job = holdUp(pool);
        const int openings = database_.openings;
        std::this_thread::sleep_for(100ms);
        CPPUNIT_ASSERT_EQUAL(openings, database_.openings.load());
        gate_.open();
        CPPUNIT_ASSERT_EQUAL(0, job.get());
        CPPUNIT_ASSERT(eventually([&] { return database_.openings == openings + 1; }));
        awaitSessions(1);
    }

    void lendsASessionWhileItsSuccessorIsOpened() {
        database_.isAsynchronous = true;
        database_.maxAge = 20ms;
        Pool pool = gatedPoolOf(1);
        pool.start();
        awaitSessions(1);
        isGated_ = true;
        CPPUNIT_ASSERT(gate_.sees(1));
        const int openings = database_.openings;
        storage::JobQueue<NumberJob> jobs;
        auto job = Started<int>(Deferred<int>([&](Executor& executor, Sink<int> sink) {
            jobs.push({7, soon(), executor, std::move(sink)});
        }));
        auto loan = pool.lend(jobs);
        CPPUNIT_ASSERT(loan);
        const auto* session = &loan->session();
        database_.maxAge = 1h;
        gate_.open();
        awaitSessions(2);
        std::this_thread::sleep_for(50ms);
        CPPUNIT_ASSERT(&loan->session() == session);
        loan->batch.front().answer(70);
        pool.giveBack(*loan);
        awaitSessions(1);
        CPPUNIT_ASSERT_EQUAL(70, job.get());
        CPPUNIT_ASSERT_EQUAL(openings + 1, database_.openings.load());
    }

    // The others see to what waits.
    void opensOneSuccessorAtATime() {
        database_.maxAge = 20ms;
        Pool pool = gatedPoolOf(2);
        pool.start();
        awaitSessions(2);
        isGated_ = true;
        CPPUNIT_ASSERT(gate_.sees(1));
        std::this_thread::sleep_for(50ms);
        CPPUNIT_ASSERT_EQUAL(1, renewals_.load());
        CPPUNIT_ASSERT_EQUAL(10, submit(pool, 1).get());
        database_.maxAge = 1h;
        gate_.open();
        CPPUNIT_ASSERT(eventually([&] { return renewals_ == 2; }));
        awaitSessions(2);
    }

private:
    // Once it is gated, what comes of age waits at the gate for its successor.
    Pool gatedPoolOf(std::size_t size) {
        return {[this, open = database_.factory()](storage::Role role, Deadline deadline) {
                    if (isGated_) {
                        ++renewals_;
                        gate_.pass();
                    }
                    return open(role, deadline);
                },
                storage::Role::writing,
                size,
                1ms,
                [](storage::Session&, Pool::Batch& batch, Deadline) {
                    for (auto& job : batch)
                        job.answer(10 * job.question);
                },
                breaker_,
                logger_,
                metrics_};
    }

    std::atomic<bool> isGated_ = false;
    std::atomic<int> renewals_ = 0; // since then
};

CPPUNIT_TEST_SUITE_REGISTRATION(SessionRenewalTest);

} // namespace kubecred::test
