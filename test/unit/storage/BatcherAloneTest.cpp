#include "BatcherFixture.h"

#include <cppunit/extensions/HelperMacros.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace kubecred::test {

using namespace std::chrono_literals;
using storage::Fault;

// Jobs that a batch could not be done with, so that they travel by themselves.
class BatcherAloneTest : public BatcherFixture {
    CPPUNIT_TEST_SUITE(BatcherAloneTest);
    CPPUNIT_TEST(aJobThatIsRefusedFailsAlone);
    CPPUNIT_TEST(whatTheOperationLeavesTravelsAlone);
    CPPUNIT_TEST(oneAtATimeTravelsAlone);
    CPPUNIT_TEST(thoseAloneGoBeforeOthers);
    CPPUNIT_TEST(whoWaitsForTheSameFailsWithIt);
    CPPUNIT_TEST(aLockedDatabaseFailsAll);
    CPPUNIT_TEST(aLossAmongThoseAloneIsTriedAgain);
    CPPUNIT_TEST(aRefusalOfAnotherKindFailsTheBatch);
    CPPUNIT_TEST_SUITE_END();

public:
    void aJobThatIsRefusedFailsAlone() {
        failOn(2, Fault::valueRefused);
        begin(1);
        auto jobs = submitTogether(1, 3);
        CPPUNIT_ASSERT_EQUAL(10, jobs[0].get());
        CPPUNIT_ASSERT_EQUAL(std::string("database value refused"),
                             failureOf(jobs[1], ErrorKind::malformedRequest));
        CPPUNIT_ASSERT_EQUAL(30, jobs[2].get());
        CPPUNIT_ASSERT(database_.multiplied() == Batches({{1, 2, 3}, {1}, {2}, {3}}));
        CPPUNIT_ASSERT_EQUAL(1, database_.openings.load());
    }

    void whatTheOperationLeavesTravelsAlone() {
        begin(1);
        const int large = Multiplying::firstLarge;
        auto jobs = submitTogether(large - 1, large + 1);
        assertMultiplied(jobs, large - 1);
        CPPUNIT_ASSERT(database_.multiplied() == Batches({{large - 1}, {large}, {large + 1}}));
    }

    // They may be what a database is slow for: the other sessions are left to the others.
    void oneAtATimeTravelsAlone() {
        failTogether(Fault::valueRefused);
        begin(3);
        auto alone = aloneAndHeld();
        auto other = submit(7);
        CPPUNIT_ASSERT_EQUAL(70, other.get());
        CPPUNIT_ASSERT(database_.multiplied() == Batches({{1, 2, 3}, {7}}));
        CPPUNIT_ASSERT_EQUAL(3, database_.begun.load()); // one alone has no answer yet
        CPPUNIT_ASSERT(showsWaiting(2));
        database_.releaseAnswers();
        assertMultiplied(alone, 1);
        CPPUNIT_ASSERT(database_.multiplied() == Batches({{1, 2, 3}, {7}, {1}, {2}, {3}}));
    }

    void thoseAloneGoBeforeOthers() {
        failTogether(Fault::valueRefused);
        begin(1);
        auto alone = aloneAndHeld();
        auto other = submit(7);
        CPPUNIT_ASSERT(eventually([&] { return showsWaiting(3); }));
        database_.releaseAnswers();
        CPPUNIT_ASSERT_EQUAL(70, other.get());
        assertMultiplied(alone, 1);
        CPPUNIT_ASSERT(database_.multiplied() == Batches({{1, 2, 3}, {1}, {2}, {3}, {7}}));
    }

    void whoWaitsForTheSameFailsWithIt() {
        failOn(5, Fault::locked);
        begin(1);
        auto jobs = loop_.inOneTurn([&] {
            std::vector<Started<int>> started;
            for (const int number : {5, 6, 5, 5})
                started.push_back(submit(number));
            return started;
        });
        for (const std::size_t i : {0, 2, 3})
            CPPUNIT_ASSERT_EQUAL(std::string("database locked"), failureOf(jobs[i]));
        CPPUNIT_ASSERT_EQUAL(60, jobs[1].get());
        CPPUNIT_ASSERT(database_.multiplied() == Batches({{5, 6, 5, 5}, {5}, {6}}));
    }

    // Each of them would wait as long.
    void aLockedDatabaseFailsAll() {
        database_.beforeMultiplying = [](FakeSession& session, Numbers&) {
            session.probeFault = Fault::locked;
            throw storage::StorageError(Fault::locked);
        };
        begin(1);
        auto jobs = submitTogether(1, 4);
        for (auto& job : jobs)
            CPPUNIT_ASSERT_EQUAL(std::string("database locked"), failureOf(job));
        CPPUNIT_ASSERT(database_.multiplied() == Batches({{1, 2, 3, 4}, {1}}));
        CPPUNIT_ASSERT_EQUAL(1, database_.openings.load());
    }

    // What remains may travel together again, but it does not: whoever is alone stays so.
    void aLossAmongThoseAloneIsTriedAgain() {
        database_.beforeMultiplying = [isLost = false](FakeSession& session,
                                                       const Numbers& numbers) mutable {
            if (numbers.size() > 1)
                throw storage::StorageError(Fault::valueRefused);
            if (numbers == Numbers{2} && !std::exchange(isLost, true))
                session.lose(Fault::unreachable);
        };
        begin(1);
        auto jobs = submitTogether(1, 3);
        assertMultiplied(jobs, 1);
        CPPUNIT_ASSERT(database_.multiplied() == Batches({{1, 2, 3}, {1}, {2}, {2}, {3}}));
        CPPUNIT_ASSERT_EQUAL(2, database_.openings.load());
    }

    void aRefusalOfAnotherKindFailsTheBatch() {
        failTogether(Fault::refused);
        begin(1);
        auto jobs = submitTogether(1, 2);
        for (auto& job : jobs)
            CPPUNIT_ASSERT_EQUAL(std::string("database refused"), failureOf(job));
        CPPUNIT_ASSERT(database_.multiplied() == Batches({{1, 2}}));
    }

private:
    // Each batch that holds this number fails.
    void failOn(int bad, Fault fault) {
        database_.beforeMultiplying = [bad, fault](FakeSession&, const Numbers& numbers) {
            if (std::ranges::find(numbers, bad) != numbers.end())
                throw storage::StorageError(fault);
        };
    }

    // Each batch of more than one fails.
    void failTogether(Fault fault) {
        database_.beforeMultiplying = [this, fault](FakeSession&, const Numbers& numbers) {
            if (numbers.size() == 1)
                return;
            if (holdsThoseAlone_)
                database_.holdAnswers();
            throw storage::StorageError(fault);
        };
    }

    // 1, 2 and 3, the first of which is on its way by itself.
    std::vector<Started<int>> aloneAndHeld() {
        holdsThoseAlone_ = true;
        auto jobs = submitTogether(1, 3);
        CPPUNIT_ASSERT(eventually([&] { return database_.begun == 2; }));
        database_.answerOthers();
        return jobs;
    }

    std::atomic<bool> holdsThoseAlone_ = false;
};

CPPUNIT_TEST_SUITE_REGISTRATION(BatcherAloneTest);

} // namespace kubecred::test
