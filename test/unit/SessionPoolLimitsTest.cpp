#include "GatedPoolFixture.h"

#include <cppunit/extensions/HelperMacros.h>

#include <chrono>
#include <cstddef>
#include <string>
#include <thread>
#include <vector>

namespace kubecred::test {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

// What a pool does not do: what is too late, too much, or when it stops.
class SessionPoolLimitsTest : public GatedPoolFixture {
    CPPUNIT_TEST_SUITE(SessionPoolLimitsTest);
    CPPUNIT_TEST(failsExpiredJobsUnsent);
    CPPUNIT_TEST(aBatchEndsAtItsEarliestDeadline);
    CPPUNIT_TEST(refusesWhatIsTooMuch);
    CPPUNIT_TEST(stopFailsWhatWaitsAndEndsWhatRuns);
    CPPUNIT_TEST(stopsUnstarted);
    CPPUNIT_TEST_SUITE_END();

public:
    void failsExpiredJobsUnsent() {
        Pool pool = poolOf(1);
        pool.start();
        auto first = holdUp(pool);
        auto expired = submit(pool, 1, steady_clock::now() + 1ms);
        auto good = submit(pool, 2);
        std::this_thread::sleep_for(2ms);
        gate_.open();
        CPPUNIT_ASSERT_EQUAL(std::string("database timed out"), failureOf(expired));
        CPPUNIT_ASSERT_EQUAL(20, good.get());
        CPPUNIT_ASSERT(sizes() == std::vector<std::size_t>({1, 1}));
        CPPUNIT_ASSERT_EQUAL(1, database_.openings.load());
    }

    void aBatchEndsAtItsEarliestDeadline() {
        Pool pool = poolOf(1);
        pool.start();
        auto first = holdUp(pool);
        const Deadline earliest = steady_clock::now() + 10s;
        auto second = submit(pool, 1, earliest + 1s);
        auto third = submit(pool, 2, earliest);
        gate_.open();
        second.get();
        CPPUNIT_ASSERT(lastDeadline() == earliest);
    }

    void refusesWhatIsTooMuch() {
        Pool pool = poolOf(1);
        pool.start();
        auto first = holdUp(pool);
        std::vector<Started<int>> waiting;
        for (int i = 0; i < 1024; ++i)
            waiting.push_back(submit(pool, 1));
        auto tooMuch = submit(pool, 1);
        CPPUNIT_ASSERT(tooMuch.isDone());
        CPPUNIT_ASSERT_EQUAL(std::string("database overloaded"), failureOf(tooMuch));
        CPPUNIT_ASSERT(!waiting.back().isDone());
        gate_.open();
        for (auto& job : waiting)
            CPPUNIT_ASSERT_EQUAL(10, job.get());
        CPPUNIT_ASSERT_EQUAL(10, submit(pool, 1).get());
    }

    void stopFailsWhatWaitsAndEndsWhatRuns() {
        Pool pool = poolOf(1);
        pool.start();
        auto running = holdUp(pool);
        std::vector<Started<int>> waiting;
        waiting.push_back(submit(pool, 1));
        std::thread stopping([&] { pool.stop(); });
        const bool isStopping = eventually([&] {
            waiting.push_back(submit(pool, 1));
            return waiting.back().isDone();
        });
        gate_.open();
        stopping.join();
        CPPUNIT_ASSERT(isStopping);
        CPPUNIT_ASSERT_EQUAL(0, running.get());
        for (auto& job : waiting)
            CPPUNIT_ASSERT_EQUAL(std::string("database stopping"), failureOf(job));
        CPPUNIT_ASSERT(sizes() == std::vector<std::size_t>({1}));
        CPPUNIT_ASSERT_EQUAL(0, database_.sessions.load());
        pool.stop();
    }

    void stopsUnstarted() {
        Pool pool = poolOf(1);
        auto waiting = submit(pool, 1);
        pool.stop();
        CPPUNIT_ASSERT_EQUAL(std::string("database stopping"), failureOf(waiting));
        auto late = submit(pool, 1);
        CPPUNIT_ASSERT_EQUAL(std::string("database stopping"), failureOf(late));
        CPPUNIT_ASSERT_EQUAL(0, database_.openings.load());
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(SessionPoolLimitsTest);

} // namespace kubecred::test
