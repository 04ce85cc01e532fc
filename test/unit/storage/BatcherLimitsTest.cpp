#include "BatcherFixture.h"

#include <cppunit/extensions/HelperMacros.h>

#include <chrono>
#include <cstddef>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace kubecred::test {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

// What a batcher does not do: what is too late or too much.
class BatcherLimitsTest : public BatcherFixture {
    CPPUNIT_TEST_SUITE(BatcherLimitsTest);
    CPPUNIT_TEST(failsExpiredJobsUnsent);
    CPPUNIT_TEST(aBatchEndsAtItsEarliestDeadline);
    CPPUNIT_TEST(aBatchGetsSomeTimeInAnyCase);
    CPPUNIT_TEST(givesUpAtTheDeadline);
    CPPUNIT_TEST(refusesWhatIsTooMuch);
    CPPUNIT_TEST(refusesWhatIsTooMuchOfAllLoops);
    CPPUNIT_TEST(refusesWhatWouldBeTooLate);
    CPPUNIT_TEST_SUITE_END();

public:
    void failsExpiredJobsUnsent() {
        begin(1);
        auto first = holdUp();
        auto expired = submit(1, steady_clock::now() + 5ms);
        auto good = submit(2);
        std::this_thread::sleep_for(10ms);
        database_.releaseAnswers();
        CPPUNIT_ASSERT_EQUAL(std::string("database timed out"), failureOf(expired));
        CPPUNIT_ASSERT_EQUAL(20, good.get());
        CPPUNIT_ASSERT(database_.multiplied() == Batches({{0}, {2}}));
        CPPUNIT_ASSERT_EQUAL(1, database_.openings.load());
    }

    void aBatchEndsAtItsEarliestDeadline() {
        noteDeadlines();
        begin(1);
        auto first = holdUp();
        const Deadline earliest = steady_clock::now() + 10s;
        auto second = submit(1, earliest + 1s);
        auto third = submit(2, earliest);
        CPPUNIT_ASSERT(eventually([&] { return showsWaiting(2); }));
        database_.releaseAnswers();
        CPPUNIT_ASSERT_EQUAL(10, second.get());
        CPPUNIT_ASSERT_EQUAL(20, third.get());
        CPPUNIT_ASSERT(lastDeadline() == earliest);
    }

    // Or one late job would cost the others their session.
    void aBatchGetsSomeTimeInAnyCase() {
        noteDeadlines();
        begin(1);
        const auto began = steady_clock::now();
        CPPUNIT_ASSERT_EQUAL(10, submit(1, began + 100ms).get());
        CPPUNIT_ASSERT(lastDeadline() >= began + 250ms);
        CPPUNIT_ASSERT(lastDeadline() < began + 1s);
    }

    void givesUpAtTheDeadline() {
        begin(1);
        database_.holdAnswers();
        const auto began = steady_clock::now();
        auto late = submit(1, began + 300ms);
        CPPUNIT_ASSERT_EQUAL(std::string("database timed out"), failureOf(late));
        const auto took = steady_clock::now() - began;
        CPPUNIT_ASSERT(took >= 300ms);
        CPPUNIT_ASSERT(took < 1500ms);
        // Nobody can tell what becomes of that batch: its session is asked for nothing else.
        CPPUNIT_ASSERT(eventually([&] { return database_.openings == 2; }));
    }

    void refusesWhatIsTooMuch() {
        begin(1);
        auto first = holdUp();
        auto waiting = submitTogether(1, 1024);
        auto tooMuch = submit(1);
        CPPUNIT_ASSERT_EQUAL(std::string("database overloaded"), failureOf(tooMuch));
        CPPUNIT_ASSERT(!waiting.back().isDone());
        database_.releaseAnswers();
        assertMultiplied(waiting, 1);
        CPPUNIT_ASSERT_EQUAL(10, submit(1).get());
    }

    // Each loop has a batcher of its own; what they stand on is one.
    void refusesWhatIsTooMuchOfAllLoops() {
        begin(1);
        LoopExecutor otherLoop;
        auto first = holdUp();
        std::vector<Started<int>> waiting;
        for (int number = 1; number <= 1024; ++number)
            waiting.push_back(submitApart(number, number % 2 == 0 ? otherLoop : loop_));
        CPPUNIT_ASSERT(eventually([&] { return showsWaiting(1024); }));
        for (Executor* loop :
             {static_cast<Executor*>(&loop_), static_cast<Executor*>(&otherLoop)}) {
            auto tooMuch = submitApart(1, *loop);
            CPPUNIT_ASSERT_EQUAL(std::string("database overloaded"), failureOf(tooMuch));
        }
        database_.releaseAnswers();
        assertMultiplied(waiting, 1);
        CPPUNIT_ASSERT(showsWaiting(0));
    }

    void refusesWhatWouldBeTooLate() {
        begin(1);
        auto first = holdUp();
        auto waiting = submit(1);
        std::this_thread::sleep_for(150ms);
        auto tooLate = submit(2, steady_clock::now() + 200ms);
        CPPUNIT_ASSERT_EQUAL(std::string("database overloaded"), failureOf(tooLate));
        database_.releaseAnswers();
        CPPUNIT_ASSERT_EQUAL(10, waiting.get());
    }

private:
    void noteDeadlines() {
        database_.beforeSend = [this](FakeSession&, Deadline deadline) {
            const std::lock_guard lock(mutex_);
            lastDeadline_ = deadline;
        };
    }

    Deadline lastDeadline() {
        const std::lock_guard lock(mutex_);
        return lastDeadline_;
    }

    std::mutex mutex_; // guards lastDeadline_
    Deadline lastDeadline_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(BatcherLimitsTest);

} // namespace kubecred::test
