#include "storage/batching/Batcher.h"

#include "BatcherFixture.h"

#include <cppunit/extensions/HelperMacros.h>

#include <chrono>
#include <future>
#include <thread>
#include <vector>

namespace kubecred::test {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

// How jobs gather, and when they depart.
class BatcherTest : public BatcherFixture {
    CPPUNIT_TEST_SUITE(BatcherTest);
    CPPUNIT_TEST(travelsOnTheLoop);
    CPPUNIT_TEST(travelsTogether);
    CPPUNIT_TEST(gathersBehindABatchInFlight);
    CPPUNIT_TEST(takesNoMoreThanABatchAtOnce);
    CPPUNIT_TEST(anotherSessionHelpsOneThatIsBusyForLong);
    CPPUNIT_TEST(everySessionHelps);
    CPPUNIT_TEST(gathersOnWhereNoSessionIsFree);
    CPPUNIT_TEST(jobsWaitForTheStart);
    CPPUNIT_TEST(theNextBatchDepartsBeforeTheLastIsAnswered);
    CPPUNIT_TEST_SUITE_END();

public:
    void travelsOnTheLoop() {
        std::thread::id thread;
        database_.beforeMultiplying = [&](FakeSession&, Numbers&) {
            thread = std::this_thread::get_id();
        };
        begin(1);
        CPPUNIT_ASSERT_EQUAL(70, submit(7).get());
        CPPUNIT_ASSERT(thread == loop_.id());
    }

    void travelsTogether() {
        begin(1);
        auto jobs = submitTogether(1, 3);
        assertMultiplied(jobs, 1);
        CPPUNIT_ASSERT(database_.multiplied() == Batches({{1, 2, 3}}));
    }

    void gathersBehindABatchInFlight() {
        begin(1);
        auto first = holdUp();
        std::vector<Started<int>> others;
        for (int number = 1; number < 10; ++number)
            others.push_back(submit(number));
        CPPUNIT_ASSERT(eventually([&] { return showsWaiting(9); }));
        database_.releaseAnswers();
        CPPUNIT_ASSERT_EQUAL(0, first.get());
        assertMultiplied(others, 1);
        CPPUNIT_ASSERT(database_.multiplied() == Batches({{0}, {1, 2, 3, 4, 5, 6, 7, 8, 9}}));
    }

    void takesNoMoreThanABatchAtOnce() {
        begin(1);
        auto first = holdUp();
        auto others = submitTogether(1, 600);
        CPPUNIT_ASSERT(eventually([&] { return showsWaiting(600); }));
        database_.releaseAnswers();
        assertMultiplied(others, 1);
        CPPUNIT_ASSERT(sizes() == std::vector<std::size_t>({1, 256, 256, 88}));
    }

    void anotherSessionHelpsOneThatIsBusyForLong() {
        begin(2);
        auto first = holdUp();
        const auto began = steady_clock::now();
        auto second = submit(1);
        const bool isHelped = second.isDoneWithin(500ms);
        const auto took = steady_clock::now() - began;
        CPPUNIT_ASSERT(isHelped);
        CPPUNIT_ASSERT(took >= patience_);
        CPPUNIT_ASSERT_EQUAL(10, second.get());
        CPPUNIT_ASSERT(!first.isDone());
    }

    void everySessionHelps() {
        begin(4);
        const auto began = steady_clock::now();
        std::vector<Started<int>> held;
        for (int i = 1; i <= 3; ++i)
            held.push_back(holdUp());
        const bool isHelped = submit(1).isDoneWithin(500ms);
        const auto took = steady_clock::now() - began;
        CPPUNIT_ASSERT(isHelped);
        // Each comes to help once the patience is over, not when something else happens.
        CPPUNIT_ASSERT(took < 700ms);
        for (const auto& job : held)
            CPPUNIT_ASSERT(!job.isDone());
    }

    // What comes after the patience of the first is over travels with it all the same.
    void gathersOnWhereNoSessionIsFree() {
        begin(1);
        auto first = holdUp();
        auto second = submit(1);
        std::this_thread::sleep_for(5 * patience_);
        auto third = submit(2);
        CPPUNIT_ASSERT(eventually([&] { return showsWaiting(2); }));
        CPPUNIT_ASSERT_EQUAL(1, database_.begun.load());
        database_.releaseAnswers();
        CPPUNIT_ASSERT_EQUAL(0, first.get());
        CPPUNIT_ASSERT_EQUAL(10, second.get());
        CPPUNIT_ASSERT_EQUAL(20, third.get());
        CPPUNIT_ASSERT(database_.multiplied() == Batches({{0}, {1, 2}}));
        CPPUNIT_ASSERT(showsWaiting(0));
    }

    void jobsWaitForTheStart() {
        make(1);
        auto first = submit(1);
        auto second = submit(2);
        CPPUNIT_ASSERT(!first.isDoneWithin(20ms));
        pool_->start();
        CPPUNIT_ASSERT_EQUAL(10, first.get());
        CPPUNIT_ASSERT_EQUAL(20, second.get());
        CPPUNIT_ASSERT(database_.multiplied() == Batches({{1, 2}}));
    }

    void theNextBatchDepartsBeforeTheLastIsAnswered() {
        begin(1);
        database_.holdAnswers();
        int begun = 0;
        std::promise<void> answered;
        loop_.post([&] {
            batcher_->submit({1, soon(), loop_, [&](const Outcome<int>&) {
                                  begun = database_.begun;
                                  answered.set_value();
                              }});
        });
        CPPUNIT_ASSERT(eventually([&] { return database_.begun == 1; }));
        auto next = submit(2);
        CPPUNIT_ASSERT(eventually([&] { return showsWaiting(1); }));
        database_.releaseAnswers();
        answered.get_future().get();
        CPPUNIT_ASSERT_EQUAL(2, begun);
        CPPUNIT_ASSERT_EQUAL(20, next.get());
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(BatcherTest);

} // namespace kubecred::test
