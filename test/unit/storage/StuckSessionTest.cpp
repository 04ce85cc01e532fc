#include "FakeSession.h"
#include "host/metrics/PrometheusMetrics.h"
#include "storage/cache/CachedCredentials.h"
#include "storage/operations/FindCredentials.h"
#include "storage/operations/IssueCredentials.h"
#include "storage/sessions/SessionPool.h"
#include "support/Eventually.h"
#include "support/LoopExecutor.h"
#include "support/Started.h"
#include "unit/FixedClock.h"
#include "unit/RecordingLogger.h"
#include "unit/ThrownError.h"

#include <cppunit/extensions/HelperMacros.h>

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace kubecred::test {

using namespace std::chrono_literals;
using std::chrono::steady_clock;
using Found = std::optional<FoundCredential>;

/// Requests whose session neither answers nor fails.
class StuckSessionTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(StuckSessionTest);
    CPPUNIT_TEST(aLookUpIsAnswered);
    CPPUNIT_TEST(anIssuanceIsAnswered);
    CPPUNIT_TEST(whatWaitsBehindItIsAnswered);
    CPPUNIT_TEST(memoryAnswers);
    CPPUNIT_TEST(aStopWaitsForItsDeadlineOnly);
    CPPUNIT_TEST_SUITE_END();

public:
    void setUp() override {
        database_.add(ada_);
        reads_.start();
        writes_.start();
        CPPUNIT_ASSERT(eventually([&] { return database_.sessions == 2; }));
        database_.holdAnswers();
    }

    void tearDown() override {
        database_.releaseAnswers();
        reads_.stop();
        writes_.stop();
    }

    void aLookUpIsAnswered() {
        Started<Found> stuck(reader_.find({ada_.id}, {soon()}), loop_);
        assertTimesOut(stuck);
        database_.releaseAnswers();
        CPPUNIT_ASSERT(eventually([&] { return !breaker_.refusal(); })); // by another session
        CPPUNIT_ASSERT(await(reader_.find({ada_.id}, {steady_clock::now() + 5s}), loop_));
    }

    void anIssuanceIsAnswered() {
        Started<IssueOutcome> stuck(writer_.issue(ada_, {soon()}), loop_);
        assertTimesOut(stuck);
    }

    void whatWaitsBehindItIsAnswered() {
        Started<Found> stuck(reader_.find({ada_.id}, {steady_clock::now() + 2s}), loop_);
        CPPUNIT_ASSERT(eventually([&] { return database_.begun == 1; }));
        Started<Found> behind(reader_.find({ada_.id}, {soon()}), loop_);
        assertTimesOut(behind);
        CPPUNIT_ASSERT(!stuck.isDone());
        database_.releaseAnswers();
        CPPUNIT_ASSERT(stuck.get());
    }

    void memoryAnswers() {
        storage::CredentialCache cache(10, 1 << 20);
        storage::CachedReader cached(reader_, cache, {.stale = 60s}, clock_, metrics_);
        cache.put({std::make_shared<const Credential>(ada_), clock_.now(), steady_clock::now()});
        const LookUp lookUp{ada_.id};
        const RequestContext context{soon()};
        const auto found = await(cached.find(lookUp, context), loop_);
        CPPUNIT_ASSERT(found && found->asOf);
    }

    void aStopWaitsForItsDeadlineOnly() {
        const auto began = steady_clock::now();
        Started<Found> stuck(reader_.find({ada_.id}, {began + 1s}), loop_);
        CPPUNIT_ASSERT(eventually([&] { return database_.begun == 1; }));
        CPPUNIT_ASSERT(!reads_.stop(steady_clock::now() + 100ms));
        CPPUNIT_ASSERT(steady_clock::now() - began < 900ms);
        Started<Found> late(reader_.find({ada_.id}, {soon()}), loop_);
        CPPUNIT_ASSERT_EQUAL(std::string("database stopping"),
                             thrownError([&] { late.get(); }).detail());
        CPPUNIT_ASSERT(reads_.stop(began + 10s));
        CPPUNIT_ASSERT_EQUAL(1, database_.sessions.load());
        CPPUNIT_ASSERT(steady_clock::now() - began < 3s);
        assertTimesOut(stuck);
    }

private:
    static Deadline soon() { return steady_clock::now() + 300ms; }

    template <typename T>
    static void assertTimesOut(Started<T>& operation) {
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
    storage::CircuitBreaker breaker_{"reads", logger_, clock_};
    storage::CircuitBreaker writesBreaker_{"writes", logger_, clock_};
    storage::SessionPool reads_{
        database_.factory(), storage::Role::reading, 1, breaker_, logger_, metrics_};
    storage::SessionPool writes_{
        database_.factory(), storage::Role::writing, 1, writesBreaker_, logger_, metrics_};
    storage::FindCredentials reader_{reads_};
    storage::IssueCredentials writer_{writes_};
    const Credential ada_{Uuid::version4(), "Ada",       "ada@example.org", "passport", "{}",
                          "worker-1",       clock_.now()};
    LoopExecutor loop_; // last: it must end before what works on it
};

CPPUNIT_TEST_SUITE_REGISTRATION(StuckSessionTest);

} // namespace kubecred::test
