#include "BatcherFixture.h"

#include <cppunit/extensions/HelperMacros.h>

#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace kubecred::test {

using namespace std::chrono_literals;

// Jobs of several event loops, and their stop.
class BatcherLoopsTest : public BatcherFixture {
    CPPUNIT_TEST_SUITE(BatcherLoopsTest);
    CPPUNIT_TEST(answersOnTheLoopThatAsked);
    CPPUNIT_TEST(loopsShareABatch);
    CPPUNIT_TEST(loopsWithBatchersOfTheirOwnDoNot);
    CPPUNIT_TEST(whoGivesBackMakesTheNextLoopDepart);
    CPPUNIT_TEST(whoseJobsAreGoneBlocksNobody);
    CPPUNIT_TEST(helpsThoseOfALoopThatStays);
    CPPUNIT_TEST(aStopWaitsForTheBatchInFlight);
    CPPUNIT_TEST(aStopFailsWhatWaitsOnEveryLoop);
    CPPUNIT_TEST(stopsUnstarted);
    CPPUNIT_TEST_SUITE_END();

public:
    void answersOnTheLoopThatAsked() {
        begin(1);
        LoopExecutor otherLoop;
        auto first = holdUp();
        std::promise<std::thread::id> where;
        otherLoop.post([&] {
            batcher_->submit({1, soon(), otherLoop,
                              [&](const auto&) { where.set_value(std::this_thread::get_id()); }});
        });
        CPPUNIT_ASSERT(eventually([&] { return showsWaiting(1); }));
        database_.releaseAnswers();
        CPPUNIT_ASSERT(where.get_future().get() == otherLoop.id());
        CPPUNIT_ASSERT_EQUAL(0, first.get());
    }

    void loopsShareABatch() {
        begin(1);
        LoopExecutor otherLoop;
        auto first = holdUp();
        auto second = submit(1);
        CPPUNIT_ASSERT(eventually([&] { return showsWaiting(1); }));
        auto third = submit(2, soon(), otherLoop);
        CPPUNIT_ASSERT(eventually([&] { return showsWaiting(2); }));
        database_.releaseAnswers();
        CPPUNIT_ASSERT_EQUAL(10, second.get());
        CPPUNIT_ASSERT_EQUAL(20, third.get());
        CPPUNIT_ASSERT(database_.multiplied() == Batches({{0}, {1, 2}}));
    }

    void loopsWithBatchersOfTheirOwnDoNot() {
        begin(1);
        LoopExecutor otherLoop;
        auto first = holdUp();
        auto second = submitApart(1, loop_);
        CPPUNIT_ASSERT(eventually([&] { return showsWaiting(1); }));
        auto third = submitApart(2, otherLoop);
        CPPUNIT_ASSERT(eventually([&] { return showsWaiting(2); }));
        database_.releaseAnswers();
        CPPUNIT_ASSERT_EQUAL(10, second.get());
        CPPUNIT_ASSERT_EQUAL(20, third.get());
        CPPUNIT_ASSERT(database_.multiplied() == Batches({{0}, {1}, {2}}));
    }

    void whoGivesBackMakesTheNextLoopDepart() {
        begin(1);
        LoopExecutor otherLoop;
        std::thread::id thread;
        database_.beforeMultiplying = [&](FakeSession&, const Numbers& numbers) {
            if (numbers.front() == 1)
                thread = std::this_thread::get_id();
        };
        auto first = holdUp();
        auto waiting = submitApart(1, otherLoop);
        CPPUNIT_ASSERT(eventually([&] { return showsWaiting(1); }));
        std::this_thread::sleep_for(5 * patience_); // no timer is left that would help
        database_.releaseAnswers();
        CPPUNIT_ASSERT_EQUAL(10, waiting.get());
        CPPUNIT_ASSERT(thread == otherLoop.id());
    }

    // It stands in the pool's queue, before the other one, and wants nothing any more.
    void whoseJobsAreGoneBlocksNobody() {
        begin(2);
        LoopExecutor otherLoop;
        auto first = holdUp();
        auto second = holdUp();
        auto gone = submit(1, std::chrono::steady_clock::now() + 1ms); // stands in the queue
        CPPUNIT_ASSERT(eventually([&] { return showsWaiting(1); }));
        std::this_thread::sleep_for(5 * patience_);
        auto waiting = submitApart(2, otherLoop);
        CPPUNIT_ASSERT(eventually([&] { return showsWaiting(2); }));
        std::this_thread::sleep_for(5 * patience_);
        database_.releaseAnswers();
        CPPUNIT_ASSERT_EQUAL(20, waiting.get());
        CPPUNIT_ASSERT_EQUAL(std::string("database timed out"), failureOf(gone));
        CPPUNIT_ASSERT_EQUAL(30, submit(3).get());
        CPPUNIT_ASSERT_EQUAL(40, submitApart(4, otherLoop).get());
    }

    // Its timer, which was to let them depart, went with it.
    void helpsThoseOfALoopThatStays() {
        patience_ = 100ms;
        begin(2);
        auto ending = std::make_unique<LoopExecutor>();
        auto first = holdUp();
        auto second = submit(1, soon(), *ending);
        CPPUNIT_ASSERT(eventually([&] { return showsWaiting(1); }));
        database_.releaseAnswers();
        CPPUNIT_ASSERT_EQUAL(10, second.get());
        ending.reset();
        auto third = holdUp();
        auto fourth = submit(2);
        CPPUNIT_ASSERT(fourth.isDoneWithin(1s));
        CPPUNIT_ASSERT(!third.isDone());
        CPPUNIT_ASSERT_EQUAL(20, fourth.get());
    }

    void aStopWaitsForTheBatchInFlight() {
        begin(1);
        auto held = holdUp();
        auto stop = std::async(std::launch::async, [this] { pool_->stop(); });
        CPPUNIT_ASSERT(stop.wait_for(50ms) == std::future_status::timeout);
        database_.releaseAnswers();
        CPPUNIT_ASSERT_EQUAL(0, held.get());
        stop.get();
        auto late = submit(1);
        CPPUNIT_ASSERT_EQUAL(std::string("database stopping"), failureOf(late));
        CPPUNIT_ASSERT_EQUAL(0, database_.sessions.load());
    }

    void aStopFailsWhatWaitsOnEveryLoop() {
        begin(1);
        LoopExecutor otherLoop;
        auto running = holdUp();
        std::vector<Started<int>> waiting;
        for (int number = 1; number <= 10; ++number) {
            Executor& loop = number % 2 == 0 ? static_cast<Executor&>(otherLoop) : loop_;
            waiting.push_back(submit(number, soon(), loop));
            waiting.push_back(submitApart(number, loop));
        }
        CPPUNIT_ASSERT(eventually([&] { return showsWaiting(20); }));
        pool_->beginToStop();
        for (auto& job : waiting) {
            CPPUNIT_ASSERT(job.isDoneWithin(500ms)); // though a batch is in flight
            CPPUNIT_ASSERT_EQUAL(std::string("database stopping"), failureOf(job));
        }
        CPPUNIT_ASSERT(!running.isDone());
        database_.releaseAnswers();
        CPPUNIT_ASSERT_EQUAL(0, running.get());
        CPPUNIT_ASSERT(pool_->stop());
        CPPUNIT_ASSERT(sizes() == std::vector<std::size_t>({1}));
        CPPUNIT_ASSERT(showsWaiting(0));
    }

    void stopsUnstarted() {
        make(1);
        auto waiting = submit(1);
        CPPUNIT_ASSERT(!waiting.isDoneWithin(20ms));
        pool_->stop();
        CPPUNIT_ASSERT_EQUAL(std::string("database stopping"), failureOf(waiting));
        auto late = submit(1);
        CPPUNIT_ASSERT_EQUAL(std::string("database stopping"), failureOf(late));
        CPPUNIT_ASSERT_EQUAL(0, database_.openings.load());
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(BatcherLoopsTest);

} // namespace kubecred::test
