#include "Gate.h"
#include "SessionPoolFixture.h"

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
class SessionLossTest : public SessionPoolFixture {
    CPPUNIT_TEST_SUITE(SessionLossTest);
    CPPUNIT_TEST(triesAgainOnANewSession);
    CPPUNIT_TEST(triesOnlyWhatIsUnanswered);
    CPPUNIT_TEST(anotherSessionTakesOver);
    CPPUNIT_TEST(givesUpAfterThreeSessions);
    CPPUNIT_TEST(doesNotRepeatWhatTimedOut);
    CPPUNIT_TEST(doesNotRepeatOnAnotherSessionWhatTimedOut);
    CPPUNIT_TEST(keepsASessionThatRefused);
    CPPUNIT_TEST(survivesOtherExceptions);
    CPPUNIT_TEST(losesNoJobAmongMany);
    CPPUNIT_TEST_SUITE_END();

public:
    void triesAgainOnANewSession() {
        Pool pool = poolOf(1, [](int attempt, FakeSession& session, Pool::Batch&) {
            if (attempt == 1)
                session.lose(Fault::unreachable);
        });
        pool.start();
        CPPUNIT_ASSERT_EQUAL(10, submit(pool, 1).get());
        CPPUNIT_ASSERT_EQUAL(2, attempts_.load());
        CPPUNIT_ASSERT_EQUAL(2, database_.openings.load());
        CPPUNIT_ASSERT_EQUAL(1, database_.sessions.load());
        CPPUNIT_ASSERT(breaker_.state().kind == DatabaseState::Kind::up);
        CPPUNIT_ASSERT(breaker_.state().lastFault == Fault::unreachable);
    }

    void triesOnlyWhatIsUnanswered() {
        std::atomic<std::size_t> retried = 0;
        Pool pool = poolOf(1, [&](int attempt, FakeSession& session, Pool::Batch& batch) {
            if (attempt == 1) {
                batch.front().answer(-1);
                session.lose(Fault::unreachable);
            }
            retried = batch.size();
        });
        auto first = submit(pool, 1);
        auto second = submit(pool, 2);
        pool.start();
        CPPUNIT_ASSERT_EQUAL(-1, first.get());
        CPPUNIT_ASSERT_EQUAL(20, second.get());
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, retried.load());
    }

    void anotherSessionTakesOver() {
        Gate reopening;
        const auto factory = [&, open = database_.factory()](storage::Role role,
                                                             Deadline deadline) {
            if (database_.openings >= 2)
                reopening.pass();
            return open(role, deadline);
        };
        Pool pool = poolOf(2, factory, [](int attempt, FakeSession& session, Pool::Batch&) {
            if (attempt == 1)
                session.lose(Fault::unreachable);
        });
        pool.start();
        awaitSessions(2);
        auto job = submit(pool, 1);
        const bool isDone = job.isDoneWithin(500ms);
        reopening.open();
        CPPUNIT_ASSERT(isDone);
    }

    void givesUpAfterThreeSessions() {
        Pool pool = poolOf(
            1, [](int, FakeSession& session, Pool::Batch&) { session.lose(Fault::unreachable); });
        pool.start();
        auto job = submit(pool, 1);
        CPPUNIT_ASSERT_EQUAL(std::string("database unreachable"), failureOf(job));
        CPPUNIT_ASSERT_EQUAL(3, attempts_.load());
    }

    void doesNotRepeatWhatTimedOut() {
        Pool pool = poolOf(
            1, [](int, FakeSession& session, Pool::Batch&) { session.lose(Fault::timedOut); });
        pool.start();
        auto first = submit(pool, 1);
        CPPUNIT_ASSERT_EQUAL(std::string("database timed out"), failureOf(first));
        CPPUNIT_ASSERT_EQUAL(1, attempts_.load());
        // A database that keeps one waiting is kept away from for a while.
        CPPUNIT_ASSERT(breaker_.state().kind == DatabaseState::Kind::down);
        auto second = submit(pool, 1);
        CPPUNIT_ASSERT_EQUAL(std::string("database timed out"), failureOf(second));
        CPPUNIT_ASSERT_EQUAL(1, attempts_.load());
        CPPUNIT_ASSERT_EQUAL(1, database_.openings.load());
    }

    void doesNotRepeatOnAnotherSessionWhatTimedOut() {
        Pool pool = poolOf(2, [](int attempt, FakeSession& session, Pool::Batch&) {
            if (attempt == 1)
                session.lose(Fault::timedOut);
        });
        pool.start();
        awaitSessions(2);
        auto job = submit(pool, 1);
        CPPUNIT_ASSERT_EQUAL(std::string("database timed out"), failureOf(job));
        CPPUNIT_ASSERT_EQUAL(20, submit(pool, 2).get());
        CPPUNIT_ASSERT_EQUAL(2, attempts_.load());
    }

    void keepsASessionThatRefused() {
        Pool pool = poolOf(1, [](int attempt, FakeSession&, Pool::Batch& batch) {
            if (attempt == 1) {
                batch.front().answer(-1);
                throw storage::StorageError(Fault::refused);
            }
        });
        auto answered = submit(pool, 1);
        auto refused = submit(pool, 2);
        pool.start();
        CPPUNIT_ASSERT_EQUAL(-1, answered.get());
        CPPUNIT_ASSERT_EQUAL(std::string("database refused"), failureOf(refused));
        CPPUNIT_ASSERT_EQUAL(30, submit(pool, 3).get());
        CPPUNIT_ASSERT_EQUAL(1, database_.openings.load());
    }

    void survivesOtherExceptions() {
        Pool pool = poolOf(1, [](int attempt, FakeSession&, Pool::Batch&) {
            if (attempt == 1)
                throw std::runtime_error("secret");
        });
        pool.start();
        auto job = submit(pool, 1);
        CPPUNIT_ASSERT_EQUAL(std::string("database refused"), failureOf(job));
        CPPUNIT_ASSERT_EQUAL(20, submit(pool, 2).get());
        for (const auto& event : logger_.events())
            for (const auto& [name, value] : event.fields)
                CPPUNIT_ASSERT(value.find("secret") == std::string::npos);
    }

    void losesNoJobAmongMany() {
        Pool pool = poolOf(3, [](int attempt, FakeSession& session, Pool::Batch&) {
            if (attempt == 2 || attempt == 4)
                session.lose(Fault::unreachable);
        });
        pool.start();
        std::vector<Started<int>> jobs;
        for (int number = 0; number < 1000; ++number)
            jobs.push_back(submit(pool, number));
        for (int number = 0; number < 1000; ++number)
            CPPUNIT_ASSERT_EQUAL(10 * number, jobs[static_cast<std::size_t>(number)].get());
    }

private:
    using Trouble = std::function<void(int attempt, FakeSession&, Pool::Batch&)>;

    // A pool whose sessions answer ten times the number, where they have no trouble.
    Pool poolOf(std::size_t size, Trouble trouble) {
        return poolOf(size, database_.factory(), trouble);
    }

    Pool poolOf(std::size_t size, storage::SessionFactory factory, Trouble trouble) {
        return {std::move(factory),
                storage::Role::writing,
                size,
                std::chrono::milliseconds(1),
                [this, trouble = std::move(trouble)](storage::Session& session, Pool::Batch& batch,
                                                     Deadline) {
                    trouble(++attempts_, dynamic_cast<FakeSession&>(session), batch);
                    for (auto& job : batch)
                        job.answer(10 * job.question);
                },
                breaker_,
                logger_,
                metrics_};
    }

    std::atomic<int> attempts_ = 0;
};

CPPUNIT_TEST_SUITE_REGISTRATION(SessionLossTest);

} // namespace kubecred::test
