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
    CPPUNIT_TEST(replacesASessionOfAge);
    CPPUNIT_TEST(keepsAnOldSessionWithoutASuccessor);
    CPPUNIT_TEST(dropsAnOldSessionThatFailsItsProbe);
    CPPUNIT_TEST(aSuccessorComesForALostSession);
    CPPUNIT_TEST(blamesNoValueWhereItCannotOpen);
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

    void replacesASessionOfAge() {
        slot_.check();
        CPPUNIT_ASSERT(!slot_.isAged());
        database_.maxAge = 0ms;
        fake().isUsable = false;
        slot_.failed(Fault::unreachable);
        slot_.check();
        CPPUNIT_ASSERT(slot_.isAged());
        const auto* old = slot_.session();
        database_.maxAge = 1h;
        slot_.openSuccessor();
        CPPUNIT_ASSERT(slot_.hasSuccessor());
        CPPUNIT_ASSERT(slot_.session() == old);
        CPPUNIT_ASSERT_EQUAL(2, database_.sessions.load());
        slot_.replace();
        CPPUNIT_ASSERT(!slot_.hasSuccessor() && !slot_.isAged() && !isDue());
        CPPUNIT_ASSERT(slot_.session() != old);
        CPPUNIT_ASSERT_EQUAL(1, database_.sessions.load());
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, breaker_.sessions());
    }

    void keepsAnOldSessionWithoutASuccessor() {
        database_.maxAge = 0ms;
        slot_.check();
        const auto* old = slot_.session();
        refusesToOpen_ = Fault::timedOut;
        slot_.openSuccessor();
        CPPUNIT_ASSERT(!slot_.hasSuccessor());
        CPPUNIT_ASSERT(isDue()); // to be probed now
        CPPUNIT_ASSERT(!slot_.isAged());
        slot_.check();
        CPPUNIT_ASSERT(slot_.session() == old);
        CPPUNIT_ASSERT(!isDue());
        CPPUNIT_ASSERT(breaker_.state().kind == DatabaseState::Kind::up);
        CPPUNIT_ASSERT(breaker_.state().lastFault == Fault::timedOut);
    }

    void dropsAnOldSessionThatFailsItsProbe() {
        database_.maxAge = 0ms;
        slot_.check();
        refusesToOpen_ = Fault::unreachable;
        slot_.openSuccessor();
        fake().probeFault = Fault::readOnly;
        slot_.check();
        CPPUNIT_ASSERT(slot_.session() == nullptr);
        CPPUNIT_ASSERT(breaker_.refusal() == Fault::unreachable);
    }

    void aSuccessorComesForALostSession() {
        database_.maxAge = 0ms;
        slot_.check();
        slot_.openSuccessor();
        fake().isUsable = false;
        slot_.failed(Fault::unreachable);
        CPPUNIT_ASSERT(slot_.session() == nullptr);
        slot_.replace();
        CPPUNIT_ASSERT(slot_.session() != nullptr);
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, breaker_.sessions());
    }

    // Or every request would be told that its values are at fault.
    void blamesNoValueWhereItCannotOpen() {
        refusesToOpen_ = Fault::valueRefused;
        slot_.check();
        CPPUNIT_ASSERT(breaker_.refusal() == Fault::refused);
    }

private:
    bool isDue() const { return slot_.nextCheck() <= steady_clock::now(); }
    FakeSession& fake() const { return dynamic_cast<FakeSession&>(*slot_.session()); }

    FakeDatabase database_;
    RecordingLogger logger_;
    FixedClock clock_;
    storage::CircuitBreaker breaker_{"tests", logger_, clock_};
    std::optional<Fault> refusesToOpen_;
    const storage::SessionFactory factory_ = [this, open = database_.factory()](Role role,
                                                                                Deadline deadline) {
        if (refusesToOpen_)
            throw storage::StorageError(*refusesToOpen_);
        return open(role, deadline);
    };
    storage::SessionSlot slot_{factory_, Role::writing, breaker_, logger_};
};

CPPUNIT_TEST_SUITE_REGISTRATION(SessionSlotTest);

} // namespace kubecred::test
