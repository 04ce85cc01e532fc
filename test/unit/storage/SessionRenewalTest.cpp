#include "BatcherFixture.h"
#include "unit/Gate.h"

#include <cppunit/extensions/HelperMacros.h>

#include <atomic>
#include <chrono>
#include <thread>

namespace kubecred::test {

using namespace std::chrono_literals;

// How a pool replaces sessions that have come of age.
class SessionRenewalTest : public BatcherFixture {
    CPPUNIT_TEST_SUITE(SessionRenewalTest);
    CPPUNIT_TEST(replacesOldSessions);
    CPPUNIT_TEST(replacesThemWhileThereAreJobs);
    CPPUNIT_TEST(cutsNoBatch);
    CPPUNIT_TEST(lendsASessionWhileItsSuccessorIsOpened);
    CPPUNIT_TEST(opensOneSuccessorAtATime);
    CPPUNIT_TEST(waitsWithASessionForItsEnd);
    CPPUNIT_TEST_SUITE_END();

public:
    void tearDown() override {
        gate_.open();
        BatcherFixture::tearDown();
    }

    void replacesOldSessions() {
        database_.maxAge = 20ms;
        start(2);
        CPPUNIT_ASSERT(eventually([&] { return database_.openings >= 6; }));
        database_.maxAge = 1h;
        awaitSessions(2);
        CPPUNIT_ASSERT(breaker_.state().kind == storage::DatabaseState::Kind::up);
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, breaker_.sessions());
    }

    void replacesThemWhileThereAreJobs() {
        database_.maxAge = 20ms;
        start(1);
        int number = 0;
        CPPUNIT_ASSERT(eventually([&] {
            ++number;
            CPPUNIT_ASSERT_EQUAL(10 * number, submit(number).get());
            return database_.openings >= 3;
        }));
    }

    // The successor is opened meanwhile, and takes its place after that.
    void cutsNoBatch() {
        const storage::Session* before = nullptr;
        const storage::Session* after = nullptr;
        database_.beforeSend = [&](FakeSession& session, Deadline) { before = &session; };
        database_.beforeMultiplying = [&](FakeSession& session, Numbers&) { after = &session; };
        database_.maxAge = 200ms;
        start(1);
        awaitSessions(1);
        database_.maxAge = 1h;
        auto job = holdUp();
        awaitSessions(2);
        const int openings = database_.openings;
        std::this_thread::sleep_for(50ms);
        CPPUNIT_ASSERT_EQUAL(2, database_.sessions.load());
        database_.releaseAnswers();
        CPPUNIT_ASSERT_EQUAL(0, job.get());
        CPPUNIT_ASSERT(before != nullptr && before == after);
        awaitSessions(1);
        CPPUNIT_ASSERT_EQUAL(openings, database_.openings.load());
        CPPUNIT_ASSERT_EQUAL(10, submit(1).get());
    }

    void lendsASessionWhileItsSuccessorIsOpened() {
        database_.maxAge = 20ms;
        start(1);
        awaitSessions(1);
        isGated_ = true;
        CPPUNIT_ASSERT(gate_.sees(1));
        CPPUNIT_ASSERT_EQUAL(70, submit(7).get());
        const int openings = database_.openings;
        database_.maxAge = 1h;
        gate_.open();
        CPPUNIT_ASSERT(eventually([&] { return database_.openings == openings + 1; }));
        awaitSessions(1);
        CPPUNIT_ASSERT_EQUAL(80, submit(8).get());
    }

    // The others see to what waits.
    void opensOneSuccessorAtATime() {
        database_.maxAge = 20ms;
        start(2);
        awaitSessions(2);
        isGated_ = true;
        CPPUNIT_ASSERT(gate_.sees(1));
        std::this_thread::sleep_for(50ms);
        CPPUNIT_ASSERT_EQUAL(1, renewals_.load());
        CPPUNIT_ASSERT_EQUAL(10, submit(1).get());
        database_.maxAge = 1h;
        gate_.open();
        CPPUNIT_ASSERT(eventually([&] { return renewals_ == 2; }));
        awaitSessions(2);
    }

    // One that is lent again and again is replaced all the same.
    void waitsWithASessionForItsEnd() {
        database_.maxAge = 200ms;
        start(1);
        awaitSessions(1);
        database_.maxAge = 1h;
        auto held = holdUp();
        awaitSessions(2);
        auto waiting = submit(1);
        CPPUNIT_ASSERT(eventually([&] { return showsWaiting(1); }));
        database_.releaseAnswers();
        CPPUNIT_ASSERT_EQUAL(0, held.get());
        CPPUNIT_ASSERT_EQUAL(10, waiting.get());
        awaitSessions(1);
    }

private:
    // Once it is gated, what comes of age waits at the gate for its successor.
    void start(std::size_t sessions) {
        make(sessions, [this, open = database_.factory()](storage::Role role, Deadline deadline) {
            if (isGated_) {
                ++renewals_;
                gate_.pass();
            }
            return open(role, deadline);
        });
        pool_->start();
    }

    std::atomic<bool> isGated_ = false;
    std::atomic<int> renewals_ = 0; // since then
    Gate gate_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(SessionRenewalTest);

} // namespace kubecred::test
