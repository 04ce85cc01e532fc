#include "FakeSession.h"
#include "FixedClock.h"
#include "RecordingLogger.h"
#include "ThrownError.h"
#include "host/metrics/PrometheusMetrics.h"
#include "storage/GroupCommit.h"
#include "support/Eventually.h"
#include "support/LoopExecutor.h"
#include "support/Started.h"

#include <cppunit/extensions/HelperMacros.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace kubecred::test {

using namespace std::chrono_literals;
using std::chrono::steady_clock;
using storage::Fault;
using Names = FakeDatabase::Names;

// Credentials that an event loop issues by itself, over sessions that the pool lends.
class LaneTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(LaneTest);
    CPPUNIT_TEST(travelsOnTheLoop);
    CPPUNIT_TEST(travelsTogether);
    CPPUNIT_TEST(takesNoMoreThanABatchAtOnce);
    CPPUNIT_TEST(gathersBehindABatchUnderWay);
    CPPUNIT_TEST(anotherSessionHelpsOneThatIsBusyForLong);
    CPPUNIT_TEST(waitsInThePoolWhereNoSessionIsFree);
    CPPUNIT_TEST(answersOnTheLoopThatAsked);
    CPPUNIT_TEST(namesTheWinner);
    CPPUNIT_TEST(issuesWhereTheWinnerWasDeleted);
    CPPUNIT_TEST(triesAgainAfterALoss);
    CPPUNIT_TEST(triesAgainWhereNothingCouldBeSent);
    CPPUNIT_TEST(aRefusedCredentialFailsAlone);
    CPPUNIT_TEST(givesUpAtTheDeadline);
    CPPUNIT_TEST(aStopWaitsForTheBatchUnderWay);
    CPPUNIT_TEST(losesNoneAmongMany);
    CPPUNIT_TEST_SUITE_END();

public:
    void setUp() override { database_.isAsynchronous = true; }

    void travelsOnTheLoop() {
        std::thread::id thread;
        database_.beforeInsert = [&](FakeSession&, const Names&) {
            thread = std::this_thread::get_id();
        };
        begin(1);
        CPPUNIT_ASSERT(isIssued(issue("Ada").get()));
        CPPUNIT_ASSERT(thread == loop_.id());
    }

    void travelsTogether() {
        begin(1);
        for (auto& issue : issueTogether({"Cy", "Ada", "Bob"}))
            CPPUNIT_ASSERT(isIssued(issue.get()));
        CPPUNIT_ASSERT(database_.inserts() == std::vector<Names>({{"Ada", "Bob", "Cy"}}));
    }

    void takesNoMoreThanABatchAtOnce() {
        begin(1);
        Names names;
        for (int i = 0; i < 600; ++i)
            names.push_back(std::to_string(i));
        for (auto& issue : issueTogether(names))
            CPPUNIT_ASSERT(isIssued(issue.get()));
        std::size_t inserted = 0;
        for (const auto& batch : database_.inserts()) {
            CPPUNIT_ASSERT(batch.size() <= 256);
            inserted += batch.size();
        }
        CPPUNIT_ASSERT_EQUAL(names.size(), inserted);
    }

    void gathersBehindABatchUnderWay() {
        begin(1);
        auto first = holdUp();
        auto others = issueTogether({"Ada", "Bob"});
        database_.releaseAnswers();
        CPPUNIT_ASSERT(isIssued(first.get()));
        for (auto& other : others)
            CPPUNIT_ASSERT(isIssued(other.get()));
        CPPUNIT_ASSERT(database_.inserts() == std::vector<Names>({{"first"}, {"Ada", "Bob"}}));
    }

    void anotherSessionHelpsOneThatIsBusyForLong() {
        begin(2);
        auto first = holdUp();
        auto second = issue("Ada");
        CPPUNIT_ASSERT(eventually([&] { return database_.begun == 2; }));
        database_.releaseAnswers();
        CPPUNIT_ASSERT(isIssued(first.get()));
        CPPUNIT_ASSERT(isIssued(second.get()));
    }

    void waitsInThePoolWhereNoSessionIsFree() {
        begin(1);
        auto first = holdUp();
        auto second = issue("Ada");
        std::this_thread::sleep_for(20ms); // until the loop's patience is over
        database_.releaseAnswers();
        CPPUNIT_ASSERT(isIssued(first.get()));
        CPPUNIT_ASSERT(isIssued(second.get()));
        CPPUNIT_ASSERT(database_.inserts() == std::vector<Names>({{"first"}, {"Ada"}}));
    }

    void answersOnTheLoopThatAsked() {
        begin(1);
        LoopExecutor otherLoop;
        auto first = holdUp();
        std::promise<std::thread::id> where;
        otherLoop.post([&] {
            writer_->issue(named("Ada"), soon()).start(otherLoop, [&](const auto&) {
                where.set_value(std::this_thread::get_id());
            });
        });
        database_.releaseAnswers();
        CPPUNIT_ASSERT(where.get_future().get() == otherLoop.id());
        first.get();
    }

    void namesTheWinner() {
        const Credential winner = named("Ada");
        database_.add(winner);
        begin(1);
        auto issues = issueTogether({"Ada", "Bob"});
        CPPUNIT_ASSERT(std::get<Duplicate>(issues[0].get()).id == winner.id);
        CPPUNIT_ASSERT(isIssued(issues[1].get()));
        CPPUNIT_ASSERT_EQUAL(1, database_.searches.load());
    }

    void issuesWhereTheWinnerWasDeleted() {
        database_.add(named("Ada"));
        database_.beforeSearch = [this](FakeSession&) { database_.removeAll(); };
        begin(1);
        CPPUNIT_ASSERT(isIssued(issue("Ada").get()));
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, database_.inserts().size());
    }

    void triesAgainAfterALoss() {
        database_.afterInsert = [isLost = false](FakeSession& session, const Names&) mutable {
            if (!std::exchange(isLost, true))
                session.lose(Fault::unreachable);
        };
        begin(1);
        for (auto& issue : issueTogether({"Ada", "Bob"}))
            CPPUNIT_ASSERT(isIssued(issue.get()));
        CPPUNIT_ASSERT_EQUAL(2, database_.openings.load());
    }

    void triesAgainWhereNothingCouldBeSent() {
        database_.beforeSend = [isLost = false](FakeSession& session) mutable {
            if (!std::exchange(isLost, true))
                session.lose(Fault::unreachable);
        };
        begin(1);
        for (auto& issue : issueTogether({"Ada", "Bob"}))
            CPPUNIT_ASSERT(isIssued(issue.get()));
        CPPUNIT_ASSERT_EQUAL(2, database_.openings.load());
    }

    void aRefusedCredentialFailsAlone() {
        database_.beforeInsert = [](FakeSession&, const Names& names) {
            if (std::ranges::find(names, "Bob") != names.end())
                throw storage::StorageError(Fault::refused);
        };
        begin(1);
        auto issues = issueTogether({"Ada", "Bob", "Cy"});
        CPPUNIT_ASSERT(isIssued(issues[0].get()));
        CPPUNIT_ASSERT_EQUAL(std::string("database refused"), failureOf(issues[1]));
        CPPUNIT_ASSERT(isIssued(issues[2].get()));
        CPPUNIT_ASSERT_EQUAL(1, database_.openings.load());
    }

    void givesUpAtTheDeadline() {
        begin(1);
        database_.holdAnswers();
        const auto begun = steady_clock::now();
        Started<IssueOutcome> late(writer_->issue(named("Ada"), begun + 300ms), loop_);
        CPPUNIT_ASSERT_EQUAL(std::string("database timed out"), failureOf(late));
        const auto took = steady_clock::now() - begun;
        CPPUNIT_ASSERT(took >= 300ms);
        CPPUNIT_ASSERT(took < 1500ms);
        // Nobody can tell what becomes of that batch: its session is asked for nothing else.
        CPPUNIT_ASSERT(eventually([&] { return database_.openings == 2; }));
    }

    void aStopWaitsForTheBatchUnderWay() {
        begin(1);
        auto held = holdUp();
        auto stop = std::async(std::launch::async, [this] { writer_->stop(); });
        CPPUNIT_ASSERT(stop.wait_for(50ms) == std::future_status::timeout);
        database_.releaseAnswers();
        CPPUNIT_ASSERT(isIssued(held.get()));
        stop.get();
        auto late = issue("Ada");
        CPPUNIT_ASSERT_EQUAL(std::string("database stopping"), failureOf(late));
    }

    void losesNoneAmongMany() {
        database_.beforeInsert =
            [batches = std::make_shared<std::atomic<int>>()](FakeSession& session, const Names&) {
                if (++*batches % 8 == 3)
                    session.lose(Fault::unreachable);
            };
        begin(3);
        LoopExecutor otherLoop;
        std::vector<Started<IssueOutcome>> issues;
        for (int i = 0; i < 1000; ++i)
            issues.emplace_back(writer_->issue(named(std::to_string(i / 2)), soon()),
                                i % 3 == 0 ? otherLoop : loop_);
        int issued = 0;
        for (auto& issue : issues)
            issued += isIssued(issue.get()) ? 1 : 0;
        CPPUNIT_ASSERT_EQUAL(500, issued);
    }

private:
    static Deadline soon() { return steady_clock::now() + 5s; }

    Credential named(std::string name) const {
        return {Uuid::version4(), std::move(name), "ada@example.org", "passport", "{}",
                "worker-1",       clock_.now()};
    }

    // A writer with so many sessions, all of them open.
    void begin(int sessions) {
        writer_.emplace(database_.factory(), sessions, logger_, clock_, metrics_);
        writer_->start();
        CPPUNIT_ASSERT(eventually([&] { return database_.sessions == sessions; }));
        std::this_thread::sleep_for(5ms); // and free
    }

    Started<IssueOutcome> issue(std::string name) {
        return Started<IssueOutcome>(writer_->issue(named(std::move(name)), soon()), loop_);
    }

    std::vector<Started<IssueOutcome>> issueTogether(const Names& names) {
        return loop_.inOneTurn([&] {
            std::vector<Started<IssueOutcome>> issues;
            for (const auto& name : names)
                issues.push_back(issue(name));
            return issues;
        });
    }

    // One that is under way until the answers are released.
    Started<IssueOutcome> holdUp() {
        database_.holdAnswers();
        auto first = issue("first");
        CPPUNIT_ASSERT(eventually([&] { return database_.begun == 1; }));
        return first;
    }

    static bool isIssued(const IssueOutcome& outcome) {
        return std::holds_alternative<Issued>(outcome);
    }

    static std::string failureOf(Started<IssueOutcome>& issue) {
        const Error error = thrownError([&] { issue.get(); });
        CPPUNIT_ASSERT(error.kind() == ErrorKind::unavailable);
        return error.detail();
    }

    FakeDatabase database_;
    RecordingLogger logger_;
    FixedClock clock_;
    host::PrometheusMetrics metrics_;
    std::optional<storage::GroupCommit> writer_;
    LoopExecutor loop_; // last: it must end before what works on it
};

CPPUNIT_TEST_SUITE_REGISTRATION(LaneTest);

} // namespace kubecred::test
