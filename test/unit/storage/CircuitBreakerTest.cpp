#include "storage/sessions/CircuitBreaker.h"

#include "unit/FixedClock.h"
#include "unit/RecordingLogger.h"

#include <cppunit/extensions/HelperMacros.h>

#include <chrono>
#include <string>

namespace kubecred::test {

using storage::CircuitBreaker;
using storage::DatabaseState;
using storage::Fault;

class CircuitBreakerTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(CircuitBreakerTest);
    CPPUNIT_TEST(starts);
    CPPUNIT_TEST(isUpWithTheFirstSession);
    CPPUNIT_TEST(isDownOnceNoSessionCanBeHad);
    CPPUNIT_TEST(staysUpWhileAnySessionIsLeft);
    CPPUNIT_TEST(staysUpWhileTheLastSessionIsOpenedAnew);
    CPPUNIT_TEST(isDownAtOnceWhereTheLastSessionTimedOut);
    CPPUNIT_TEST(isUpAgainAndKeepsTheFault);
    CPPUNIT_TEST(tellsSinceWhen);
    CPPUNIT_TEST(logsEachChangeOnce);
    CPPUNIT_TEST(advises);
    CPPUNIT_TEST(everyStateHasItsName);
    CPPUNIT_TEST_SUITE_END();

public:
    void starts() {
        CPPUNIT_ASSERT(kind() == DatabaseState::Kind::starting);
        CPPUNIT_ASSERT(!breaker_.state().lastFault);
        CPPUNIT_ASSERT(!breaker_.refusal());
        CPPUNIT_ASSERT(logger_.events().empty());
    }

    void isUpWithTheFirstSession() {
        breaker_.sessionOpened();
        CPPUNIT_ASSERT(kind() == DatabaseState::Kind::up);
        CPPUNIT_ASSERT(!breaker_.refusal());
    }

    void isDownOnceNoSessionCanBeHad() {
        breaker_.openingFailed(Fault::loginRefused);
        CPPUNIT_ASSERT(kind() == DatabaseState::Kind::down);
        CPPUNIT_ASSERT(breaker_.refusal() == Fault::loginRefused);
        breaker_.openingFailed(Fault::unreachable);
        CPPUNIT_ASSERT(breaker_.refusal() == Fault::unreachable);
    }

    void staysUpWhileAnySessionIsLeft() {
        breaker_.sessionOpened();
        breaker_.sessionOpened();
        breaker_.openingFailed(Fault::tooManyConnections);
        CPPUNIT_ASSERT(kind() == DatabaseState::Kind::up);
        breaker_.sessionLost(Fault::timedOut);
        CPPUNIT_ASSERT(kind() == DatabaseState::Kind::up);
        CPPUNIT_ASSERT(breaker_.state().lastFault == Fault::timedOut);
        CPPUNIT_ASSERT(!breaker_.refusal());
    }

    void staysUpWhileTheLastSessionIsOpenedAnew() {
        breaker_.sessionOpened();
        breaker_.sessionLost(Fault::unreachable);
        CPPUNIT_ASSERT(kind() == DatabaseState::Kind::up);
        CPPUNIT_ASSERT(!breaker_.refusal());
        breaker_.openingFailed(Fault::unreachable);
        CPPUNIT_ASSERT(kind() == DatabaseState::Kind::down);
    }

    void isDownAtOnceWhereTheLastSessionTimedOut() {
        breaker_.sessionOpened();
        breaker_.sessionLost(Fault::timedOut);
        CPPUNIT_ASSERT(kind() == DatabaseState::Kind::down);
        CPPUNIT_ASSERT(breaker_.refusal() == Fault::timedOut);
    }

    void isUpAgainAndKeepsTheFault() {
        breaker_.openingFailed(Fault::schemaMissing);
        breaker_.sessionOpened();
        CPPUNIT_ASSERT(kind() == DatabaseState::Kind::up);
        CPPUNIT_ASSERT(!breaker_.refusal());
        CPPUNIT_ASSERT(breaker_.state().lastFault == Fault::schemaMissing);
    }

    void tellsSinceWhen() {
        MovingClock clock;
        CircuitBreaker breaker("tests", logger_, clock);
        CPPUNIT_ASSERT(breaker.state().since == at(0));
        clock.time = at(1);
        breaker.sessionOpened();
        clock.time = at(2);
        breaker.sessionOpened();
        CPPUNIT_ASSERT(breaker.state().since == at(1));
        breaker.sessionLost(Fault::unreachable);
        breaker.sessionLost(Fault::timedOut);
        clock.time = at(3);
        breaker.openingFailed(Fault::unreachable);
        CPPUNIT_ASSERT(breaker.state().since == at(2));
    }

    void logsEachChangeOnce() {
        breaker_.sessionOpened();
        breaker_.sessionOpened();
        breaker_.sessionLost(Fault::unreachable);
        breaker_.sessionLost(Fault::unreachable);
        for (int i = 0; i < 3; ++i)
            breaker_.openingFailed(Fault::unreachable);
        breaker_.openingFailed(Fault::loginRefused); // is news
        breaker_.sessionOpened();
        const auto events = logger_.events();
        CPPUNIT_ASSERT_EQUAL(std::size_t{4}, events.size());
        for (const auto& event : events)
            CPPUNIT_ASSERT_EQUAL(std::string("tests"), event.fields.at("breaker"));
        CPPUNIT_ASSERT_EQUAL(std::string("database is up"), events[0].message);
        CPPUNIT_ASSERT(events[0].level == LogLevel::info);
        CPPUNIT_ASSERT_EQUAL(std::string("unreachable"), events[1].fields.at("error"));
        CPPUNIT_ASSERT(events[1].level == LogLevel::warn);
        CPPUNIT_ASSERT_EQUAL(std::string("login refused"), events[2].fields.at("error"));
        CPPUNIT_ASSERT_EQUAL(std::string("database is up"), events[3].message);
    }

    void advises() {
        breaker_.openingFailed(Fault::schemaMissing);
        breaker_.openingFailed(Fault::permissionDenied);
        const auto events = logger_.events();
        CPPUNIT_ASSERT(events.at(0).message.find("--migrate") != std::string::npos);
        CPPUNIT_ASSERT(events.at(1).message.find("kube_credential_issuance") != std::string::npos);
    }

    void everyStateHasItsName() {
        CPPUNIT_ASSERT(nameOf(DatabaseState::Kind::starting) == "starting");
        CPPUNIT_ASSERT(nameOf(DatabaseState::Kind::up) == "up");
        CPPUNIT_ASSERT(nameOf(DatabaseState::Kind::down) == "down");
    }

private:
    struct MovingClock final : Clock {
        Timestamp now() const override { return time; }

        Timestamp time;
    };

    static Timestamp at(int second) { return Timestamp(std::chrono::seconds(second)); }

    DatabaseState::Kind kind() const { return breaker_.state().kind; }

    RecordingLogger logger_;
    FixedClock clock_;
    CircuitBreaker breaker_{"tests", logger_, clock_};
};

CPPUNIT_TEST_SUITE_REGISTRATION(CircuitBreakerTest);

} // namespace kubecred::test
