#include "GatedPoolFixture.h"

#include <cppunit/extensions/HelperMacros.h>

#include <chrono>
#include <cstddef>
#include <vector>

namespace kubecred::test {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

// How a pool shares jobs out to its sessions.
class SessionPoolTest : public GatedPoolFixture {
    CPPUNIT_TEST_SUITE(SessionPoolTest);
    CPPUNIT_TEST(gathersJobsBehindABusySession);
    CPPUNIT_TEST(takesNoMoreThanABatchAtOnce);
    CPPUNIT_TEST(anotherSessionHelpsOneThatIsBusyForLong);
    CPPUNIT_TEST(everySessionHelps);
    CPPUNIT_TEST(jobsWaitForTheStart);
    CPPUNIT_TEST_SUITE_END();

public:
    void gathersJobsBehindABusySession() {
        Pool pool = poolOf(1);
        pool.start();
        auto first = holdUp(pool);
        std::vector<Started<int>> others;
        for (int number = 1; number < 10; ++number)
            others.push_back(submit(pool, number));
        gate_.open();
        CPPUNIT_ASSERT_EQUAL(0, first.get());
        for (int number = 1; number < 10; ++number)
            CPPUNIT_ASSERT_EQUAL(10 * number, others[static_cast<std::size_t>(number) - 1].get());
        CPPUNIT_ASSERT(sizes() == std::vector<std::size_t>({1, 9}));
    }

    void takesNoMoreThanABatchAtOnce() {
        Pool pool = poolOf(1);
        pool.start();
        auto first = holdUp(pool);
        std::vector<Started<int>> others;
        for (int number = 1; number <= 600; ++number)
            others.push_back(submit(pool, number));
        gate_.open();
        for (auto& other : others)
            other.get();
        CPPUNIT_ASSERT(sizes() == std::vector<std::size_t>({1, 256, 256, 88}));
    }

    void anotherSessionHelpsOneThatIsBusyForLong() {
        Pool pool = poolOf(2);
        pool.start();
        awaitSessions(2);
        auto first = holdUp(pool);
        const auto began = steady_clock::now();
        auto second = submit(pool, 1);
        const bool isHelped = second.isDoneWithin(500ms);
        const auto took = steady_clock::now() - began;
        gate_.open();
        CPPUNIT_ASSERT(isHelped);
        CPPUNIT_ASSERT(took >= 1ms);
    }

    void everySessionHelps() {
        Pool pool = poolOf(4);
        pool.start();
        awaitSessions(4);
        const auto began = steady_clock::now();
        std::vector<Started<int>> held;
        for (int i = 1; i <= 3; ++i)
            held.push_back(holdUp(pool, i));
        const bool isHelped = submit(pool, 1).isDoneWithin(500ms);
        const auto took = steady_clock::now() - began;
        gate_.open();
        CPPUNIT_ASSERT(isHelped);
        // Each comes to help at once, not when it happens to look at its own session.
        CPPUNIT_ASSERT(took < 700ms);
    }

    void jobsWaitForTheStart() {
        Pool pool = poolOf(1);
        auto first = submit(pool, 1);
        auto second = submit(pool, 2);
        CPPUNIT_ASSERT(!first.isDone());
        pool.start();
        CPPUNIT_ASSERT_EQUAL(10, first.get());
        CPPUNIT_ASSERT_EQUAL(20, second.get());
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(SessionPoolTest);

} // namespace kubecred::test
