#include "storage/sessions/SessionPool.h"

#include "FakeSession.h"
#include "host/metrics/PrometheusMetrics.h"
#include "support/Eventually.h"
#include "unit/FixedClock.h"
#include "unit/Gate.h"
#include "unit/RecordingLogger.h"

#include <cppunit/extensions/HelperMacros.h>

#include <atomic>
#include <chrono>
#include <exception>
#include <future>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

namespace kubecred::test {

using namespace std::chrono_literals;
using std::chrono::steady_clock;
using storage::Fault;
using storage::Lease;

// Whom a pool lends its sessions to, and how it looks after them.
class SessionPoolTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(SessionPoolTest);
    CPPUNIT_TEST(lendsInTheOrderInWhichItIsAsked);
    CPPUNIT_TEST(standsInTheQueueOnce);
    CPPUNIT_TEST(wakesTheNextWhereOneWantsNothingAnyMore);
    CPPUNIT_TEST(wakesAsManyAsThereAreSessions);
    CPPUNIT_TEST(wakesAllOnceItIsDown);
    CPPUNIT_TEST(whatIsNotGivenBackComesBack);
    CPPUNIT_TEST(probesAllBeforeItWaitsForOne);
    CPPUNIT_TEST(probesTheIdleOnesOnceAServerIsSilent);
    CPPUNIT_TEST(aStopWaitsForWhatIsLent);
    CPPUNIT_TEST(opensForItsRole);
    CPPUNIT_TEST_SUITE_END();

public:
    void tearDown() override {
        opening_.open();
        if (pool_)
            pool_->stop();
    }

    void lendsInTheOrderInWhichItIsAsked() {
        begin(1);
        auto lease = take(first_);
        CPPUNIT_ASSERT(!pool_->lend(second_));
        CPPUNIT_ASSERT(!pool_->lend(third_));
        CPPUNIT_ASSERT(!pool_->lend(first_)); // again, behind the others
        for (Waiting* next : {&second_, &third_, &first_}) {
            const int woken = next->woken;
            lease.reset();
            CPPUNIT_ASSERT_EQUAL(woken + 1, next->woken.load());
            for (Waiting* other : {&first_, &second_, &third_})
                if (other != next && other->isWaiting)
                    CPPUNIT_ASSERT(!pool_->lend(*other)); // not its turn
            lease = take(*next);
        }
    }

    void standsInTheQueueOnce() {
        begin(1);
        auto lease = take(first_);
        for (int i = 0; i < 3; ++i)
            CPPUNIT_ASSERT(!pool_->lend(second_));
        lease.reset();
        lease = take(second_);
        lease.reset();
        CPPUNIT_ASSERT(!pool_->forget(second_));
        CPPUNIT_ASSERT_EQUAL(1, second_.woken.load());
    }

    void wakesTheNextWhereOneWantsNothingAnyMore() {
        begin(1);
        auto lease = take(first_);
        CPPUNIT_ASSERT(!pool_->lend(second_));
        CPPUNIT_ASSERT(!pool_->lend(third_));
        lease.reset();
        CPPUNIT_ASSERT_EQUAL(0, third_.woken.load());
        CPPUNIT_ASSERT(pool_->forget(second_));
        pool_->wakeThoseWhoseTurnItIs();
        CPPUNIT_ASSERT_EQUAL(1, third_.woken.load());
        take(third_);
    }

    void wakesAsManyAsThereAreSessions() {
        begin(2);
        auto one = take(first_);
        auto other = take(first_);
        CPPUNIT_ASSERT(!pool_->lend(second_));
        CPPUNIT_ASSERT(!pool_->lend(third_));
        one.reset();
        other.reset();
        CPPUNIT_ASSERT(second_.woken > 0 && third_.woken > 0);
        // The order of the two does not matter where each of them gets one.
        one = take(third_);
        other = take(second_);
    }

    void wakesAllOnceItIsDown() {
        begin(1);
        auto lease = take(first_);
        CPPUNIT_ASSERT(!pool_->lend(second_));
        CPPUNIT_ASSERT(!pool_->lend(third_));
        lose(lease, Fault::timedOut);
        CPPUNIT_ASSERT(second_.woken > 0 && third_.woken > 0);
        CPPUNIT_ASSERT(pool_->refusal() == Fault::timedOut);
    }

    void whatIsNotGivenBackComesBack() {
        begin(1);
        take(first_);
        CPPUNIT_ASSERT(!breaker_.state().lastFault);
        take(second_);
    }

    // They answer beside each other: a server that is gone is noticed in the time of one probe.
    void probesAllBeforeItWaitsForOne() {
        begin(4);
        const int before = database_.probes;
        database_.ignoresProbes = true;
        CPPUNIT_ASSERT(eventually([&] { return database_.probes >= before + 4; }, 2s));
        const auto began = steady_clock::now();
        database_.isDown = true;
        CPPUNIT_ASSERT(eventually([&] { return breaker_.refusal().has_value(); }, 3s));
        CPPUNIT_ASSERT(steady_clock::now() - began < 1200ms); // one takes 800 ms
        CPPUNIT_ASSERT_EQUAL(before + 4, database_.probes.load());
        CPPUNIT_ASSERT_EQUAL(0, database_.sessions.load());
    }

    // What the keeper learns by opening one holds for the others, and they are not due yet.
    void probesTheIdleOnesOnceAServerIsSilent() {
        begin(3);
        auto lease = take(first_);
        isSilent_ = true;
        database_.ignoresProbes = true;
        const int before = database_.probes;
        lose(lease, Fault::unreachable); // so that it is opened anew at once
        CPPUNIT_ASSERT(opening_.sees(1));
        const auto began = steady_clock::now();
        opening_.open();
        CPPUNIT_ASSERT(eventually([&] { return breaker_.refusal().has_value(); }, 3s));
        CPPUNIT_ASSERT(steady_clock::now() - began < 700ms); // less than a probe takes otherwise
        CPPUNIT_ASSERT_EQUAL(before + 2, database_.probes.load());
    }

    void aStopWaitsForWhatIsLent() {
        begin(2);
        auto lease = take(first_);
        CPPUNIT_ASSERT(!pool_->stop(steady_clock::now() + 50ms));
        CPPUNIT_ASSERT(!pool_->lend(second_));
        CPPUNIT_ASSERT(pool_->refusal() == Fault::stopping);
        auto stop = std::async(std::launch::async, [this] { return pool_->stop(); });
        lease.reset();
        CPPUNIT_ASSERT(stop.get());
        CPPUNIT_ASSERT_EQUAL(0, database_.sessions.load());
        pool_->forget(second_);
    }

    void opensForItsRole() {
        std::atomic<bool> isReading = false;
        pool_.emplace(
            [&, open = database_.factory()](storage::Role role, Deadline deadline) {
                isReading = role == storage::Role::reading;
                return open(role, deadline);
            },
            storage::Role::reading, 1, breaker_, logger_, metrics_);
        pool_->start();
        CPPUNIT_ASSERT(eventually([&] { return breaker_.sessions() == 1; }));
        CPPUNIT_ASSERT(isReading);
    }

private:
    using Held = std::unique_ptr<Lease>; // given back at its end

    struct Waiting final : storage::Borrower {
        void wake() override { ++woken; }

        std::atomic<int> woken = 0;
        bool isWaiting = true; // as far as the test wants it to
    };

    // With every session open. Once it is silent, opening one waits at the gate, and fails.
    void begin(std::size_t sessions) {
        pool_.emplace(
            [this, open = database_.factory()](storage::Role role, Deadline deadline) {
                if (!isSilent_)
                    return open(role, deadline);
                opening_.pass();
                throw storage::StorageError(Fault::timedOut);
            },
            storage::Role::writing, sessions, breaker_, logger_, metrics_);
        pool_->start();
        CPPUNIT_ASSERT(eventually([&] { return breaker_.sessions() == sessions; }));
    }

    Held take(Waiting& borrower) {
        Held held;
        CPPUNIT_ASSERT(eventually([&] {
            if (auto lease = pool_->lend(borrower))
                held = std::make_unique<Lease>(*std::move(lease));
            return held != nullptr;
        }));
        borrower.isWaiting = false;
        return held;
    }

    static void lose(const Held& lease, Fault fault) {
        dynamic_cast<FakeSession&>(lease->session()).isUsable = false;
        lease->giveBack(std::make_exception_ptr(storage::StorageError(fault)));
    }

    FakeDatabase database_;
    RecordingLogger logger_;
    FixedClock clock_;
    host::PrometheusMetrics metrics_;
    storage::CircuitBreaker breaker_{"tests", logger_, clock_};
    Gate opening_;
    std::atomic<bool> isSilent_ = false;
    Waiting first_;
    Waiting second_;
    Waiting third_;
    std::optional<storage::SessionPool> pool_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(SessionPoolTest);

} // namespace kubecred::test
