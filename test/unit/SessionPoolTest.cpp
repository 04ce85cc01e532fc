#include "storage/SessionPool.h"

#include "FakeSession.h"
#include "FixedClock.h"
#include "RecordingLogger.h"

#include <cppunit/extensions/HelperMacros.h>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>

namespace kubecred::test {

using namespace std::chrono_literals;
using std::chrono::steady_clock;
using storage::DatabaseState;
using storage::Fault;
using storage::SessionPool;

class SessionPoolTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(SessionPoolTest);
    CPPUNIT_TEST(startsAndLends);
    CPPUNIT_TEST(lendsTheSameSessionAgain);
    CPPUNIT_TEST(opensNoMoreThanItsSize);
    CPPUNIT_TEST(waitsUntilTheDeadline);
    CPPUNIT_TEST(aReturnedSessionGoesToWhoWaits);
    CPPUNIT_TEST(dropsUnusableSessions);
    CPPUNIT_TEST(stopRefusesAndCloses);
    CPPUNIT_TEST(stopEndsWaiting);
    CPPUNIT_TEST(stopClosesWhatWasBeingOpened);
    CPPUNIT_TEST_SUITE_END();

public:
    void startsAndLends() {
        SessionPool pool(database_.factory(), 2, logger_, clock_);
        CPPUNIT_ASSERT(pool.state().kind == DatabaseState::Kind::starting);
        CPPUNIT_ASSERT(pool.state().since == clock_.now());
        CPPUNIT_ASSERT_EQUAL(0, database_.openings.load());
        pool.start();
        const auto lease = pool.acquire(soon());
        CPPUNIT_ASSERT(lease->usable());
        CPPUNIT_ASSERT(pool.state().kind == DatabaseState::Kind::up);
        CPPUNIT_ASSERT(!pool.state().lastFault);
    }

    void lendsTheSameSessionAgain() {
        SessionPool pool(database_.factory(), 5, logger_, clock_);
        pool.start();
        for (int i = 0; i < 100; ++i)
            pool.acquire(soon());
        CPPUNIT_ASSERT(database_.openings <= 2);
    }

    void opensNoMoreThanItsSize() {
        SessionPool pool(database_.factory(), 2, logger_, clock_);
        pool.start();
        const auto first = pool.acquire(soon());
        const auto second = pool.acquire(soon());
        CPPUNIT_ASSERT(&*first != &*second);
        CPPUNIT_ASSERT(faultOf(pool, 50ms) == Fault::timedOut);
        CPPUNIT_ASSERT_EQUAL(2, database_.sessions.load());
    }

    void waitsUntilTheDeadline() {
        SessionPool pool(database_.factory(), 1, logger_, clock_);
        pool.start();
        const auto lease = pool.acquire(soon());
        const auto began = steady_clock::now();
        CPPUNIT_ASSERT(faultOf(pool, 200ms) == Fault::timedOut);
        const auto took = steady_clock::now() - began;
        CPPUNIT_ASSERT(took >= 200ms && took < 1000ms);
        CPPUNIT_ASSERT(faultOf(pool, -1ms) == Fault::timedOut);
    }

    void aReturnedSessionGoesToWhoWaits() {
        SessionPool pool(database_.factory(), 1, logger_, clock_);
        pool.start();
        std::atomic<bool> isHeld = false;
        std::thread holding([&] {
            const auto lease = pool.acquire(soon());
            isHeld = true;
            std::this_thread::sleep_for(100ms);
        });
        while (!isHeld)
            std::this_thread::sleep_for(1ms);
        const auto fault = faultOf(pool, 1s);
        holding.join();
        CPPUNIT_ASSERT(!fault);
        CPPUNIT_ASSERT_EQUAL(1, database_.openings.load());
    }

    void dropsUnusableSessions() {
        SessionPool pool(database_.factory(), 1, logger_, clock_);
        pool.start();
        {
            const auto lease = pool.acquire(soon());
            fake(lease).isUsable = false;
        }
        const auto lease = pool.acquire(soon());
        CPPUNIT_ASSERT(lease->usable());
        CPPUNIT_ASSERT_EQUAL(1, database_.sessions.load());
        CPPUNIT_ASSERT_EQUAL(2, database_.openings.load());
    }

    void stopRefusesAndCloses() {
        SessionPool pool(database_.factory(), 2, logger_, clock_);
        pool.start();
        {
            const auto lease = pool.acquire(soon());
            pool.acquire(soon());
            pool.stop();
            CPPUNIT_ASSERT(faultOf(pool, 1s) == Fault::stopping);
            CPPUNIT_ASSERT_EQUAL(1, database_.sessions.load());
            CPPUNIT_ASSERT(lease->usable());
        }
        CPPUNIT_ASSERT_EQUAL(0, database_.sessions.load());
        pool.stop();
    }

    void stopEndsWaiting() {
        SessionPool pool(database_.factory(), 1, logger_, clock_);
        pool.start();
        const auto lease = pool.acquire(soon());
        std::thread stopping([&] {
            std::this_thread::sleep_for(50ms);
            pool.stop();
        });
        const auto began = steady_clock::now();
        CPPUNIT_ASSERT(faultOf(pool, 5s) == Fault::stopping);
        CPPUNIT_ASSERT(steady_clock::now() - began < 1s);
        stopping.join();
    }

    void stopClosesWhatWasBeingOpened() {
        const auto slow = [this, open = database_.factory()](Deadline deadline) {
            auto session = open(deadline);
            std::this_thread::sleep_for(200ms);
            return session;
        };
        SessionPool pool(slow, 1, logger_, clock_);
        pool.start();
        while (database_.sessions == 0)
            std::this_thread::sleep_for(1ms);
        pool.stop();
        CPPUNIT_ASSERT_EQUAL(0, database_.sessions.load());
    }

private:
    static Deadline soon() { return steady_clock::now() + 1s; }

    static FakeSession& fake(const SessionPool::Lease& lease) {
        return dynamic_cast<FakeSession&>(*lease);
    }

    static std::optional<Fault> faultOf(SessionPool& pool, std::chrono::milliseconds patience) {
        try {
            pool.acquire(steady_clock::now() + patience);
            return std::nullopt;
        } catch (const storage::StorageError& error) {
            return error.fault();
        }
    }

    FakeDatabase database_;
    RecordingLogger logger_;
    FixedClock clock_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(SessionPoolTest);

} // namespace kubecred::test
