#include "BatcherFixture.h"

#include <cppunit/extensions/HelperMacros.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <random>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

namespace kubecred::test {

using namespace std::chrono_literals;
using std::chrono::steady_clock;
using storage::Fault;

// Four loops, three sessions, and a database in which everything goes wrong now and then.
class BatcherStressTest : public BatcherFixture {
    CPPUNIT_TEST_SUITE(BatcherStressTest);
    CPPUNIT_TEST(answersEachJobOnceAndInTime);
    CPPUNIT_TEST(answersEachJobOfAStop);
    CPPUNIT_TEST_SUITE_END();

public:
    void setUp() override {
        for (auto& loop : loops_)
            loop = std::make_unique<LoopExecutor>();
    }

    // They must end before what works on them.
    void tearDown() override {
        BatcherFixture::tearDown();
        for (auto& loop : loops_)
            loop.reset();
    }

    void answersEachJobOnceAndInTime() {
        beInTrouble();
        begin(3);
        const int count = 12000;
        Tallies tallies(count);
        for (int i = 0; i < count; ++i) {
            submit(tallies[static_cast<std::size_t>(i)], i);
            if (i % 40 == 0)
                std::this_thread::sleep_for(1ms);
        }
        awaitAll(tallies);
        std::size_t good = 0;
        for (auto& tally : tallies) {
            CPPUNIT_ASSERT_EQUAL(1, tally.answers.load());
            CPPUNIT_ASSERT(tally.late <= 300ms);
            good += tally.isGood ? 1U : 0U;
        }
        CPPUNIT_ASSERT(good > count / 2);
        CPPUNIT_ASSERT(showsWaiting(0));
    }

    void answersEachJobOfAStop() {
        beInTrouble();
        begin(3);
        const int count = 2000;
        Tallies tallies(count);
        for (int i = 0; i < count; ++i) {
            submit(tallies[static_cast<std::size_t>(i)], i);
            if (i == count / 2)
                pool_->beginToStop();
        }
        awaitAll(tallies);
        for (auto& tally : tallies)
            CPPUNIT_ASSERT_EQUAL(1, tally.answers.load());
        CPPUNIT_ASSERT(pool_->stop(soon()));
        CPPUNIT_ASSERT_EQUAL(0, database_.sessions.load());
        CPPUNIT_ASSERT(showsWaiting(0));
    }

private:
    struct Tally {
        std::atomic<int> answers = 0;
        std::chrono::steady_clock::duration late{}; // beyond its deadline
        bool isGood = false;
    };
    using Tallies = std::vector<Tally>;

    void beInTrouble() {
        database_.beforeSend = [this](FakeSession& session, Deadline) {
            if (chance() < 1)
                session.lose(Fault::unreachable);
        };
        database_.beforeMultiplying = [this](FakeSession& session, Numbers& numbers) {
            const int number = chance();
            if (number < 2)
                session.lose(Fault::unreachable);
            if (number < 4)
                throw storage::StorageError(Fault::conflict);
            if (number < 6)
                throw storage::StorageError(Fault::valueRefused);
            if (number < 8)
                throw storage::StorageError(Fault::locked);
            if (number < 9)
                throw storage::StorageError(Fault::refused);
            if (number < 20 && numbers.size() > 1)
                numbers.resize(numbers.size() / 2);
        };
    }

    int chance() { // of a hundred
        const std::lock_guard lock(mutex_);
        return std::uniform_int_distribution<int>(0, 99)(random_);
    }

    // To one of both kinds of batchers, on one of the loops.
    void submit(Tally& tally, int number) {
        LoopExecutor& loop = *loops_.at(static_cast<std::size_t>(number) % loops_.size());
        const auto deadline = steady_clock::now() + std::chrono::milliseconds(400 + number % 800);
        loop.post([this, &tally, number, deadline, &loop] {
            Multiplying::Job job(number, deadline, loop,
                                 [&tally, number, deadline](Outcome<int> outcome) {
                                     note(tally, number, deadline, outcome);
                                 });
            if (number % 3 == 0)
                batcher_->submit(std::move(job));
            else
                batchers_->submit(std::move(job));
        });
    }

    static void note(Tally& tally, int number, Deadline deadline, const Outcome<int>& outcome) {
        tally.late = steady_clock::now() - deadline;
        const auto* answer = std::get_if<int>(&outcome);
        tally.isGood = answer != nullptr && *answer == 10 * number;
        ++tally.answers;
    }

    // And a little longer, for what may come twice.
    static void awaitAll(Tallies& tallies) {
        CPPUNIT_ASSERT(eventually(
            [&] {
                return std::ranges::all_of(
                    tallies, [](const Tally& tally) { return tally.answers.load() > 0; });
            },
            20s));
        std::this_thread::sleep_for(20ms);
    }

    std::mutex mutex_; // guards random_
    std::mt19937 random_{std::random_device()()};
    std::array<std::unique_ptr<LoopExecutor>, 4> loops_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(BatcherStressTest);

} // namespace kubecred::test
