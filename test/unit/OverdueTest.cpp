#include "kubecred/Overdue.h"

#include "FakeSession.h"
#include "FixedClock.h"
#include "Gate.h"
#include "RecordingLogger.h"
#include "ThrownError.h"
#include "host/metrics/PrometheusMetrics.h"
#include "storage/CachedCredentials.h"
#include "storage/GroupCommit.h"
#include "storage/GroupLookUp.h"
#include "support/LoopExecutor.h"
#include "support/Started.h"

#include <cppunit/extensions/HelperMacros.h>

#include <chrono>
#include <functional>
#include <string>

namespace kubecred::test {

using namespace std::chrono_literals;
using std::chrono::steady_clock;
using Found = std::optional<FoundCredential>;

/// Requests whose session is stuck: it neither answers nor fails, whatever its deadline.
class OverdueTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(OverdueTest);
    CPPUNIT_TEST(anOutcomeInTimeCounts);
    CPPUNIT_TEST(whatIsOverdueFails);
    CPPUNIT_TEST(aLateOutcomeIsDropped);
    CPPUNIT_TEST(whatIsForgottenFailsAsWell);
    CPPUNIT_TEST(withoutTimersNothingIsOverdue);
    CPPUNIT_TEST(aLookUpIsAnsweredThoughItsSessionIsStuck);
    CPPUNIT_TEST(anIssuanceIsAnsweredThoughItsSessionIsStuck);
    CPPUNIT_TEST(memoryAnswersForAStuckSession);
    CPPUNIT_TEST(aStopLeavesAStuckSession);
    CPPUNIT_TEST_SUITE_END();

public:
    void setUp() override {
        database_.add(ada_);
        database_.beforeLookUp = [this](FakeSession&) { pass(); };
        database_.beforeInsert = [this](FakeSession&, const FakeDatabase::Names&) { pass(); };
    }

    void tearDown() override {
        gate_.open();
        reader_.stop();
        writer_.stop();
    }

    void anOutcomeInTimeCounts() {
        Started<int> operation(told(steady_clock::now() + 10s), loop_);
        settle(7);
        CPPUNIT_ASSERT_EQUAL(7, operation.get());
        CPPUNIT_ASSERT(onLoop<bool>([this] { return loop_.timers()->empty(); }));
    }

    void whatIsOverdueFails() {
        const auto began = steady_clock::now();
        Started<int> operation(told(began + 50ms), loop_);
        const Error error = thrownError([&] { operation.get(); });
        CPPUNIT_ASSERT(error.kind() == ErrorKind::unavailable);
        CPPUNIT_ASSERT_EQUAL(std::string("thing timed out"), error.detail());
        const auto took = steady_clock::now() - began;
        CPPUNIT_ASSERT(took >= 50ms + overdueGrace);
        CPPUNIT_ASSERT(took < 3s);
    }

    void aLateOutcomeIsDropped() {
        Started<int> operation(told(steady_clock::now() - overdueGrace), loop_);
        thrownError([&] { operation.get(); });
        settle(7); // a second outcome would end the test with an exception of the promise
        CPPUNIT_ASSERT(onLoop<bool>([this] { return loop_.timers()->empty(); }));
    }

    void whatIsForgottenFailsAsWell() {
        Started<int> operation(told(steady_clock::now()), loop_);
        onLoop<bool>([this] {
            sink_ = nullptr;
            return true;
        });
        CPPUNIT_ASSERT(thrownError([&] { operation.get(); }).kind() == ErrorKind::unavailable);
    }

    void withoutTimersNothingIsOverdue() {
        Started<int> operation(told(steady_clock::now() - 1h));
        CPPUNIT_ASSERT(!operation.isDone());
        sink_(7);
        CPPUNIT_ASSERT_EQUAL(7, operation.get());
    }

    void aLookUpIsAnsweredThoughItsSessionIsStuck() {
        reader_.start();
        assertTimesOut(Started<Found>(reader_.find({ada_.id, soon()}), loop_));
        gate_.open();
        Started<Found> later(reader_.find({ada_.id, steady_clock::now() + 5s}), loop_);
        CPPUNIT_ASSERT(later.get());
    }

    void anIssuanceIsAnsweredThoughItsSessionIsStuck() {
        writer_.start();
        assertTimesOut(Started<IssueOutcome>(writer_.issue(ada_, soon()), loop_));
    }

    void memoryAnswersForAStuckSession() {
        storage::CredentialCache cache(10, 1 << 20);
        storage::CachedReader cached(reader_, cache, {.stale = 60s}, clock_, metrics_);
        cache.put({std::make_shared<const Credential>(ada_), clock_.now(), steady_clock::now()});
        reader_.start();
        Started<Found> find(cached.find({ada_.id, soon()}), loop_);
        const auto found = find.get();
        CPPUNIT_ASSERT(found && found->asOf);
    }

    void aStopLeavesAStuckSession() {
        reader_.start();
        Started<Found> stuck(reader_.find({ada_.id, soon()}), loop_);
        CPPUNIT_ASSERT(gate_.sees(1));
        const auto began = steady_clock::now();
        CPPUNIT_ASSERT(!reader_.stop(began + 100ms));
        CPPUNIT_ASSERT(steady_clock::now() - began < 3s);
        Started<Found> late(reader_.find({ada_.id, soon()}), loop_);
        CPPUNIT_ASSERT_EQUAL(std::string("database stopping"),
                             thrownError([&] { late.get(); }).detail());
        assertTimesOut(std::move(stuck));
        gate_.open();
        CPPUNIT_ASSERT(reader_.stop());
        CPPUNIT_ASSERT_EQUAL(0, database_.sessions.load());
    }

private:
    static Deadline soon() { return steady_clock::now() + 300ms; }

    void pass() { gate_.pass(); }

    // An operation whose outcome is what `settle` says.
    Deferred<int> told(Deadline deadline) {
        return Deferred<int>([this, deadline](Executor& executor, Sink<int> sink) {
            sink_ = failingWhenOverdue(executor, deadline, "thing timed out", std::move(sink));
        });
    }

    void settle(int value) {
        onLoop<bool>([&] {
            std::exchange(sink_, nullptr)(value);
            return true;
        });
    }

    template <typename T>
    T onLoop(std::function<T()> function) {
        std::promise<T> result;
        loop_.post([&] { result.set_value(function()); });
        return result.get_future().get();
    }

    template <typename T>
    static void assertTimesOut(Started<T> operation) {
        const auto began = steady_clock::now();
        const Error error = thrownError([&] { operation.get(); });
        CPPUNIT_ASSERT(error.kind() == ErrorKind::unavailable);
        CPPUNIT_ASSERT_EQUAL(std::string("database timed out"), error.detail());
        CPPUNIT_ASSERT(steady_clock::now() - began < 3s);
    }

    FakeDatabase database_;
    RecordingLogger logger_;
    FixedClock clock_;
    host::PrometheusMetrics metrics_;
    Gate gate_;
    storage::GroupLookUp reader_{database_.factory(), 1, logger_, clock_, metrics_};
    storage::GroupCommit writer_{database_.factory(), 1, logger_, clock_, metrics_};
    const Credential ada_{Uuid::version4(), "Ada",       "ada@example.org", "passport", "{}",
                          "worker-1",       clock_.now()};
    Sink<int> sink_;
    LoopExecutor loop_; // last: it must end before what works on it
};

CPPUNIT_TEST_SUITE_REGISTRATION(OverdueTest);

} // namespace kubecred::test
