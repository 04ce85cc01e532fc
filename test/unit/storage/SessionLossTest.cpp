#include "BatcherFixture.h"
#include "unit/Gate.h"

#include <cppunit/extensions/HelperMacros.h>

#include <atomic>
#include <chrono>
#include <functional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace kubecred::test {

using namespace std::chrono_literals;
using storage::DatabaseState;
using storage::Fault;

// What becomes of jobs whose session fails.
class SessionLossTest : public BatcherFixture {
    CPPUNIT_TEST_SUITE(SessionLossTest);
    CPPUNIT_TEST(triesAgainOnANewSession);
    CPPUNIT_TEST(triesOnlyWhatIsUnanswered);
    CPPUNIT_TEST(anotherSessionTakesOver);
    CPPUNIT_TEST(givesUpAfterThreeSessions);
    CPPUNIT_TEST(doesNotRepeatWhatTimedOut);
    CPPUNIT_TEST(doesNotRepeatOnAnotherSessionWhatTimedOut);
    CPPUNIT_TEST(keepsASessionThatRefused);
    CPPUNIT_TEST(survivesOtherExceptions);
    CPPUNIT_TEST(triesAgainWhereNothingCouldBeSent);
    CPPUNIT_TEST(goesFirstWhatWasBegun);
    CPPUNIT_TEST(aConflictIsTriedAgainTwice);
    CPPUNIT_TEST(losesNoJobAmongMany);
    CPPUNIT_TEST_SUITE_END();

public:
    void triesAgainOnANewSession() {
        inTrouble([](int attempt, FakeSession& session, Numbers&) {
            if (attempt == 1)
                session.lose(Fault::unreachable);
        });
        begin(1);
        CPPUNIT_ASSERT_EQUAL(10, submit(1).get());
        CPPUNIT_ASSERT_EQUAL(2, attempts_.load());
        CPPUNIT_ASSERT_EQUAL(2, database_.openings.load());
        CPPUNIT_ASSERT_EQUAL(1, database_.sessions.load());
        CPPUNIT_ASSERT(breaker_.state().kind == DatabaseState::Kind::up);
        CPPUNIT_ASSERT(breaker_.state().lastFault == Fault::unreachable);
    }

    void triesOnlyWhatIsUnanswered() {
        inTrouble([](int attempt, FakeSession& session, Numbers& numbers) {
            if (attempt == 1)
                numbers = {1};
            if (attempt == 2)
                session.lose(Fault::unreachable);
        });
        begin(1);
        auto jobs = submitTogether(1, 3);
        assertMultiplied(jobs, 1);
        CPPUNIT_ASSERT(database_.multiplied() == Batches({{1, 2, 3}, {2, 3}, {2, 3}}));
    }

    void anotherSessionTakesOver() {
        Gate reopening;
        make(2, [&, open = database_.factory()](storage::Role role, Deadline deadline) {
            if (database_.openings >= 2)
                reopening.pass();
            return open(role, deadline);
        });
        inTrouble([](int attempt, FakeSession& session, Numbers&) {
            if (attempt == 1)
                session.lose(Fault::unreachable);
        });
        pool_->start();
        awaitFree(2);
        auto job = submit(1);
        const bool isDone = job.isDoneWithin(500ms);
        reopening.open();
        CPPUNIT_ASSERT(isDone);
        CPPUNIT_ASSERT_EQUAL(10, job.get());
        awaitFree(2);
    }

    void givesUpAfterThreeSessions() {
        inTrouble([](int, FakeSession& session, Numbers&) { session.lose(Fault::unreachable); });
        begin(1);
        auto job = submit(1);
        CPPUNIT_ASSERT_EQUAL(std::string("database unreachable"), failureOf(job));
        CPPUNIT_ASSERT_EQUAL(3, attempts_.load());
    }

    void doesNotRepeatWhatTimedOut() {
        inTrouble([](int, FakeSession& session, Numbers&) { session.lose(Fault::timedOut); });
        begin(1);
        auto first = submit(1);
        CPPUNIT_ASSERT_EQUAL(std::string("database timed out"), failureOf(first));
        CPPUNIT_ASSERT_EQUAL(1, attempts_.load());
        // A database that keeps one waiting is kept away from for a while.
        CPPUNIT_ASSERT(breaker_.state().kind == DatabaseState::Kind::down);
        auto second = submit(1);
        CPPUNIT_ASSERT_EQUAL(std::string("database timed out"), failureOf(second));
        CPPUNIT_ASSERT_EQUAL(1, attempts_.load());
        CPPUNIT_ASSERT_EQUAL(1, database_.openings.load());
    }

    void doesNotRepeatOnAnotherSessionWhatTimedOut() {
        inTrouble([](int attempt, FakeSession& session, Numbers&) {
            if (attempt == 1)
                session.lose(Fault::timedOut);
        });
        begin(2);
        auto job = submit(1);
        CPPUNIT_ASSERT_EQUAL(std::string("database timed out"), failureOf(job));
        CPPUNIT_ASSERT_EQUAL(20, submit(2).get());
        CPPUNIT_ASSERT_EQUAL(2, attempts_.load());
    }

    void keepsASessionThatRefused() {
        inTrouble([](int attempt, FakeSession&, Numbers& numbers) {
            if (attempt == 1)
                numbers = {1};
            if (attempt == 2)
                throw storage::StorageError(Fault::refused);
        });
        begin(1);
        auto jobs = submitTogether(1, 2);
        CPPUNIT_ASSERT_EQUAL(10, jobs[0].get());
        CPPUNIT_ASSERT_EQUAL(std::string("database refused"), failureOf(jobs[1]));
        CPPUNIT_ASSERT_EQUAL(30, submit(3).get());
        CPPUNIT_ASSERT_EQUAL(1, database_.openings.load());
    }

    void survivesOtherExceptions() {
        inTrouble([](int attempt, FakeSession&, Numbers&) {
            if (attempt == 1)
                throw std::runtime_error("secret");
        });
        begin(1);
        auto job = submit(1);
        CPPUNIT_ASSERT_EQUAL(std::string("database refused"), failureOf(job));
        CPPUNIT_ASSERT_EQUAL(20, submit(2).get());
        for (const auto& event : logger_.events())
            for (const auto& [name, value] : event.fields)
                CPPUNIT_ASSERT(value.find("secret") == std::string::npos);
    }

    void triesAgainWhereNothingCouldBeSent() {
        database_.beforeSend = [this](FakeSession& session, Deadline) {
            if (++attempts_ == 1)
                session.lose(Fault::unreachable);
        };
        begin(1);
        auto jobs = submitTogether(1, 2);
        assertMultiplied(jobs, 1);
        CPPUNIT_ASSERT_EQUAL(2, database_.openings.load());
        CPPUNIT_ASSERT(database_.multiplied() == Batches({{1, 2}}));
    }

    // In its order, and before what came meanwhile.
    void goesFirstWhatWasBegun() {
        inTrouble([](int attempt, FakeSession& session, Numbers&) {
            if (attempt == 1)
                session.lose(Fault::unreachable);
        });
        begin(1);
        database_.holdAnswers();
        auto begun = submitTogether(1, 2);
        CPPUNIT_ASSERT(eventually([&] { return database_.begun == 1; }));
        auto later = submit(3);
        CPPUNIT_ASSERT(eventually([&] { return showsWaiting(1); }));
        database_.releaseAnswers();
        assertMultiplied(begun, 1);
        CPPUNIT_ASSERT_EQUAL(30, later.get());
        CPPUNIT_ASSERT(database_.multiplied() == Batches({{1, 2}, {1, 2, 3}}));
    }

    void aConflictIsTriedAgainTwice() {
        inTrouble([](int attempt, FakeSession&, Numbers&) {
            if (attempt != 3)
                throw storage::StorageError(Fault::conflict);
        });
        begin(1);
        CPPUNIT_ASSERT_EQUAL(10, submit(1).get());
        CPPUNIT_ASSERT_EQUAL(3, attempts_.load());
        auto stays = submit(2);
        CPPUNIT_ASSERT_EQUAL(std::string("database conflict"), failureOf(stays));
        CPPUNIT_ASSERT_EQUAL(6, attempts_.load());
        CPPUNIT_ASSERT_EQUAL(1, database_.openings.load());
    }

    void losesNoJobAmongMany() {
        inTrouble([](int attempt, FakeSession& session, Numbers&) {
            if (attempt == 2 || attempt == 4)
                session.lose(Fault::unreachable);
        });
        begin(3);
        std::vector<Started<int>> jobs;
        for (int number = 0; number < 1000; ++number)
            jobs.push_back(submit(number));
        assertMultiplied(jobs, 0);
    }

private:
    using Trouble = std::function<void(int attempt, FakeSession&, Numbers&)>;

    void inTrouble(Trouble trouble) {
        database_.beforeMultiplying = [this, trouble = std::move(trouble)](FakeSession& session,
                                                                           Numbers& numbers) {
            trouble(++attempts_, session, numbers);
        };
    }

    std::atomic<int> attempts_ = 0;
};

CPPUNIT_TEST_SUITE_REGISTRATION(SessionLossTest);

} // namespace kubecred::test
