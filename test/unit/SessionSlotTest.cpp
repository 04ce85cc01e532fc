#include "storage/SessionSlot.h"

#include "FakeSession.h"
#include "FixedClock.h"
#include "RecordingLogger.h"

#include <cppunit/extensions/HelperMacros.h>

#include <chrono>
#include <optional>

namespace kubecred::test {

using namespace std::chrono_literals;
using std::chrono::steady_clock;
using storage::DatabaseState;
using storage::Fault;
using storage::Role;

class SessionSlotTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(SessionSlotTest);
    CPPUNIT_TEST(opensAtTheFirstCheck);
    CPPUNIT_TEST(opensForItsRole);
    CPPUNIT_TEST(keepsASessionThatWorks);
    CPPUNIT_TEST(opensAnewWhereAProbeFails);
    CPPUNIT_TEST(waitsWhereAProbeTimesOut);
    CPPUNIT_TEST(triesAgainInASecond);
    CPPUNIT_TEST(keepsASessionThatIsUsable);
    CPPUNIT_TEST(dropsALostSession);
    CPPUNIT_TEST(leavesADatabaseAloneThatTimedOut);
    CPPUNIT_TEST_SUITE_END();

public:
    void opensAtTheFirstCheck() {
        CPPUNIT_ASSERT(slot_.session() == nullptr);
        CPPUNIT_ASSERT(isDue());
        slot_.check();
        CPPUNIT_ASSERT(slot_.session() != nullptr);
        CPPUNIT_ASSERT(!isDue());
        CPPUNIT_ASSERT(breaker_.state().kind == DatabaseState::Kind::up);
    }

    void opensForItsRole() {
        std::optional<Role> asked;
        const storage::SessionFactory factory = [&](Role role, Deadline deadline) {
            asked = role;
            return factory_(role, deadline);
        };
        storage::SessionSlot(factory, Role::reading, breaker_, logger_).check();
        CPPUNIT_ASSERT(asked == Role::reading);
    }

    void keepsASessionThatWorks() {
        slot_.check();
        const auto* session = slot_.session();
        slot_.check();
        slot_.succeeded();
        CPPUNIT_ASSERT(slot_.session() == session);
        CPPUNIT_ASSERT_EQUAL(1, database_.openings.load());
    }

    void opensAnewWhereAProbeFails() {
        slot_.check();
        fake().probeFault = Fault::unreachable;
        slot_.check();
        CPPUNIT_ASSERT(slot_.session() != nullptr);
        CPPUNIT_ASSERT_EQUAL(2, database_.openings.load());
        CPPUNIT_ASSERT_EQUAL(1, database_.sessions.load());
        CPPUNIT_ASSERT(breaker_.state().lastFault == Fault::unreachable);
    }

    void waitsWhereAProbeTimesOut() {
        slot_.check();
        fake().probeFault = Fault::timedOut;
        slot_.check();
        CPPUNIT_ASSERT(slot_.session() == nullptr);
        CPPUNIT_ASSERT(!isDue());
        CPPUNIT_ASSERT_EQUAL(1, database_.openings.load());
        CPPUNIT_ASSERT(breaker_.refusal() == Fault::timedOut);
    }

    void triesAgainInASecond() {
        database_.isDown = true;
        slot_.check();
        CPPUNIT_ASSERT(slot_.session() == nullptr);
        const auto wait = slot_.nextCheck() - steady_clock::now();
        CPPUNIT_ASSERT(wait > 0s && wait <= 1s);
        CPPUNIT_ASSERT(breaker_.refusal() == Fault::unreachable);
    }

    void keepsASessionThatIsUsable() {
        slot_.check();
        slot_.failed(Fault::refused);
        CPPUNIT_ASSERT(slot_.session() != nullptr);
        CPPUNIT_ASSERT(!isDue());
        CPPUNIT_ASSERT(!breaker_.state().lastFault);
    }

    void dropsALostSession() {
        slot_.check();
        fake().isUsable = false;
        slot_.failed(Fault::unreachable);
        CPPUNIT_ASSERT(slot_.session() == nullptr);
        CPPUNIT_ASSERT_EQUAL(0, database_.sessions.load());
        CPPUNIT_ASSERT(isDue());
        CPPUNIT_ASSERT(breaker_.state().lastFault == Fault::unreachable);
        CPPUNIT_ASSERT(!breaker_.refusal());
    }

    void leavesADatabaseAloneThatTimedOut() {
        slot_.check();
        fake().isUsable = false;
        slot_.failed(Fault::timedOut);
        CPPUNIT_ASSERT(slot_.session() == nullptr);
        CPPUNIT_ASSERT(!isDue());
        CPPUNIT_ASSERT(breaker_.refusal() == Fault::timedOut);
    }

private:
    bool isDue() const { return slot_.nextCheck() <= steady_clock::now(); }
    FakeSession& fake() const { return dynamic_cast<FakeSession&>(*slot_.session()); }

    FakeDatabase database_;
    RecordingLogger logger_;
    FixedClock clock_;
    storage::CircuitBreaker breaker_{"tests", logger_, clock_};
    const storage::SessionFactory factory_ = database_.factory();
    storage::SessionSlot slot_{factory_, Role::writing, breaker_, logger_};
};

CPPUNIT_TEST_SUITE_REGISTRATION(SessionSlotTest);

} // namespace kubecred::test
