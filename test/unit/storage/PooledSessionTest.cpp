#include "storage/sessions/PooledSession.h"

#include "FakeSession.h"
#include "unit/FixedClock.h"
#include "unit/RecordingLogger.h"

#include <cppunit/extensions/HelperMacros.h>

#include <chrono>
#include <optional>

namespace kubecred::test {

using namespace std::chrono_literals;
using std::chrono::steady_clock;
using storage::DatabaseState;
using storage::Fault;
using storage::Role;

class PooledSessionTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(PooledSessionTest);
    CPPUNIT_TEST(opensAtTheFirstCheck);
    CPPUNIT_TEST(opensForItsRole);
    CPPUNIT_TEST(keepsASessionThatWorks);
    CPPUNIT_TEST(opensAnewWhereAProbeFails);
    CPPUNIT_TEST(waitsWhereAProbeTimesOut);
    CPPUNIT_TEST(waitsForAProbeNoLongerThanItMay);
    CPPUNIT_TEST(dropsASessionThatCannotBeProbed);
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
        CPPUNIT_ASSERT(place_.session() == nullptr);
        CPPUNIT_ASSERT(isDue());
        check();
        CPPUNIT_ASSERT(place_.session() != nullptr);
        CPPUNIT_ASSERT(!isDue());
        CPPUNIT_ASSERT(breaker_.state().kind == DatabaseState::Kind::up);
    }

    void opensForItsRole() {
        std::optional<Role> asked;
        const storage::SessionFactory factory = [&](Role role, Deadline deadline) {
            asked = role;
            return factory_(role, deadline);
        };
        storage::PooledSession(factory, Role::reading, breaker_, logger_).open();
        CPPUNIT_ASSERT(asked == Role::reading);
    }

    void keepsASessionThatWorks() {
        check();
        const auto* session = place_.session();
        check();
        place_.succeeded();
        CPPUNIT_ASSERT(place_.session() == session);
        CPPUNIT_ASSERT_EQUAL(1, database_.openings.load());
    }

    void opensAnewWhereAProbeFails() {
        check();
        fake().probeFault = Fault::unreachable;
        check();
        CPPUNIT_ASSERT(place_.session() == nullptr);
        CPPUNIT_ASSERT(isDue());
        check();
        CPPUNIT_ASSERT(place_.session() != nullptr);
        CPPUNIT_ASSERT_EQUAL(2, database_.openings.load());
        CPPUNIT_ASSERT_EQUAL(1, database_.sessions.load());
        CPPUNIT_ASSERT(breaker_.state().lastFault == Fault::unreachable);
    }

    void waitsWhereAProbeTimesOut() {
        check();
        fake().probeFault = Fault::timedOut;
        check();
        CPPUNIT_ASSERT(place_.session() == nullptr);
        CPPUNIT_ASSERT(!isDue());
        CPPUNIT_ASSERT_EQUAL(1, database_.openings.load());
        CPPUNIT_ASSERT(breaker_.refusal() == Fault::timedOut);
    }

    void waitsForAProbeNoLongerThanItMay() {
        check();
        database_.ignoresProbes = true;
        const auto began = steady_clock::now();
        place_.beginProbe(began + 50ms);
        CPPUNIT_ASSERT(place_.session() != nullptr);
        CPPUNIT_ASSERT(!isDue());
        place_.endProbe(began + 50ms);
        CPPUNIT_ASSERT(steady_clock::now() - began >= 50ms);
        CPPUNIT_ASSERT(place_.session() == nullptr);
        CPPUNIT_ASSERT(!isDue());
        CPPUNIT_ASSERT(breaker_.refusal() == Fault::timedOut);
    }

    void dropsASessionThatCannotBeProbed() {
        check();
        fake().isUsable = false;
        place_.beginProbe(steady_clock::now() + 1s);
        CPPUNIT_ASSERT(place_.session() == nullptr);
        place_.endProbe(steady_clock::now() + 1s);
        CPPUNIT_ASSERT(isDue());
        CPPUNIT_ASSERT(breaker_.state().lastFault == Fault::refused);
    }

    void triesAgainInASecond() {
        database_.isDown = true;
        check();
        CPPUNIT_ASSERT(place_.session() == nullptr);
        const auto wait = place_.nextCheck() - steady_clock::now();
        CPPUNIT_ASSERT(wait > 0s && wait <= 1s);
        CPPUNIT_ASSERT(breaker_.refusal() == Fault::unreachable);
    }

    void keepsASessionThatIsUsable() {
        check();
        place_.failed(Fault::refused);
        CPPUNIT_ASSERT(place_.session() != nullptr);
        CPPUNIT_ASSERT(!isDue());
        CPPUNIT_ASSERT(!breaker_.state().lastFault);
    }

    void dropsALostSession() {
        check();
        fake().isUsable = false;
        place_.failed(Fault::unreachable);
        CPPUNIT_ASSERT(place_.session() == nullptr);
        CPPUNIT_ASSERT_EQUAL(0, database_.sessions.load());
        CPPUNIT_ASSERT(isDue());
        CPPUNIT_ASSERT(breaker_.state().lastFault == Fault::unreachable);
        CPPUNIT_ASSERT(!breaker_.refusal());
    }

    void leavesADatabaseAloneThatTimedOut() {
        check();
        fake().isUsable = false;
        place_.failed(Fault::timedOut);
        CPPUNIT_ASSERT(place_.session() == nullptr);
        CPPUNIT_ASSERT(!isDue());
        CPPUNIT_ASSERT(breaker_.refusal() == Fault::timedOut);
    }

    void replacesASessionOfAge() {
        check();
        CPPUNIT_ASSERT(!place_.isAged());
        database_.maxAge = 0ms;
        fake().isUsable = false;
        place_.failed(Fault::unreachable);
        check();
        CPPUNIT_ASSERT(place_.isAged());
        const auto* old = place_.session();
        database_.maxAge = 1h;
        place_.setSuccessor(place_.openSuccessor());
        CPPUNIT_ASSERT(place_.hasSuccessor());
        CPPUNIT_ASSERT(place_.session() == old);
        CPPUNIT_ASSERT_EQUAL(2, database_.sessions.load());
        place_.replace();
        CPPUNIT_ASSERT(!place_.hasSuccessor() && !place_.isAged() && !isDue());
        CPPUNIT_ASSERT(place_.session() != old);
        CPPUNIT_ASSERT_EQUAL(1, database_.sessions.load());
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, breaker_.sessions());
    }

    void keepsAnOldSessionWithoutASuccessor() {
        database_.maxAge = 0ms;
        check();
        const auto* old = place_.session();
        refusesToOpen_ = Fault::timedOut;
        place_.setSuccessor(place_.openSuccessor());
        CPPUNIT_ASSERT(!place_.hasSuccessor());
        CPPUNIT_ASSERT(!place_.isAged()); // for a while
        check();
        CPPUNIT_ASSERT(place_.session() == old);
        CPPUNIT_ASSERT(!isDue());
        CPPUNIT_ASSERT(breaker_.state().kind == DatabaseState::Kind::up);
        CPPUNIT_ASSERT(breaker_.state().lastFault == Fault::timedOut);
    }

    void dropsAnOldSessionThatFailsItsProbe() {
        database_.maxAge = 0ms;
        check();
        refusesToOpen_ = Fault::unreachable;
        place_.setSuccessor(place_.openSuccessor());
        fake().probeFault = Fault::readOnly;
        check();
        CPPUNIT_ASSERT(place_.session() == nullptr);
        CPPUNIT_ASSERT(isDue());
        check();
        CPPUNIT_ASSERT(breaker_.refusal() == Fault::unreachable);
    }

    void aSuccessorComesForALostSession() {
        database_.maxAge = 0ms;
        check();
        place_.setSuccessor(place_.openSuccessor());
        fake().isUsable = false;
        place_.failed(Fault::unreachable);
        CPPUNIT_ASSERT(place_.session() == nullptr);
        place_.replace();
        CPPUNIT_ASSERT(place_.session() != nullptr);
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, breaker_.sessions());
    }

    // Or every request would be told that its values are at fault.
    void blamesNoValueWhereItCannotOpen() {
        refusesToOpen_ = Fault::valueRefused;
        check();
        CPPUNIT_ASSERT(breaker_.refusal() == Fault::refused);
    }

private:
    // As a pool does with a place that is due.
    void check() {
        if (place_.session() == nullptr) {
            place_.open();
            return;
        }
        const auto deadline = steady_clock::now() + 1s;
        place_.beginProbe(deadline);
        place_.endProbe(deadline);
    }

    bool isDue() const { return place_.nextCheck() <= steady_clock::now(); }
    FakeSession& fake() const { return dynamic_cast<FakeSession&>(*place_.session()); }

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
    storage::PooledSession place_{factory_, Role::writing, breaker_, logger_};
};

CPPUNIT_TEST_SUITE_REGISTRATION(PooledSessionTest);

} // namespace kubecred::test
