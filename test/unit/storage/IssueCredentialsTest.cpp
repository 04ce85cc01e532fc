#include "storage/operations/IssueCredentials.h"

#include "IssuingFixture.h"

#include <cppunit/extensions/HelperMacros.h>

#include <chrono>
#include <string>
#include <vector>

namespace kubecred::test {

using namespace std::chrono_literals;
using std::chrono::steady_clock;
using storage::Fault;
using Names = FakeDatabase::Names;

class IssueCredentialsTest : public IssuingFixture {
    CPPUNIT_TEST_SUITE(IssueCredentialsTest);
    CPPUNIT_TEST(issues);
    CPPUNIT_TEST(findsWhatItLostAgainst);
    CPPUNIT_TEST(nothingHappensBeforeTheStart);
    CPPUNIT_TEST(recordsTogetherWhatArrivesTogether);
    CPPUNIT_TEST(recordsInOrderOfKeys);
    CPPUNIT_TEST(ofEqualKeysTheFirstIsIssued);
    CPPUNIT_TEST(looksForAllLosersAtOnce);
    CPPUNIT_TEST(triesAgainWhereTheWinnerIsGone);
    CPPUNIT_TEST(givesUpAtTheDeadline);
    CPPUNIT_TEST(waitsForAStandbyBeforeItNamesTheWinner);
    CPPUNIT_TEST(losesNoneAmongMany);
    CPPUNIT_TEST(failuresMeanUnavailable);
    CPPUNIT_TEST_SUITE_END();

public:
    void issues() {
        pool_.start();
        CPPUNIT_ASSERT(isIssued(issue(named("Ada"))));
        CPPUNIT_ASSERT(database_.inserts() == std::vector<Names>({{"Ada"}}));
        CPPUNIT_ASSERT_EQUAL(0, database_.searches.load());
    }

    void findsWhatItLostAgainst() {
        pool_.start();
        const Credential first = named("Ada");
        issue(first);
        Credential second = named("Ada");
        second.issuedBy = "worker-2";
        const auto duplicate = std::get<Duplicate>(issue(second));
        CPPUNIT_ASSERT(duplicate.id == first.id);
        CPPUNIT_ASSERT_EQUAL(std::string("worker-1"), duplicate.issuedBy);
        CPPUNIT_ASSERT(duplicate.issuedAt == first.issuedAt);
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, database_.inserts().size());
    }

    void nothingHappensBeforeTheStart() {
        pool_.start();
        writer_.issue(named("Ada"), {soon()}); // and away
        CPPUNIT_ASSERT(isIssued(issue(named("Bob"))));
        CPPUNIT_ASSERT(database_.inserts() == std::vector<Names>({{"Bob"}}));
    }

    void recordsTogetherWhatArrivesTogether() {
        auto issues = start({named("Ada"), named("Bob"), named("Cy")});
        pool_.start();
        for (auto& issue : issues)
            CPPUNIT_ASSERT(isIssued(issue.get()));
        CPPUNIT_ASSERT(database_.inserts() == std::vector<Names>({{"Ada", "Bob", "Cy"}}));
    }

    void recordsInOrderOfKeys() {
        auto badge = named("Ada");
        badge.credentialType = "badge";
        auto laterEmail = named("Ada");
        laterEmail.email = "zoe@example.org";
        database_.beforeInsert = [&](FakeSession& session, const Names&) {
            session.lose(Fault::timedOut);
        };
        auto issues = start({named("Cy"), laterEmail, named("Bob"), named("Ada"), badge});
        pool_.start();
        for (auto& issue : issues)
            failureOf(issue);
        CPPUNIT_ASSERT(database_.inserts() ==
                       std::vector<Names>({{"Ada", "Ada", "Ada", "Bob", "Cy"}}));
    }

    void ofEqualKeysTheFirstIsIssued() {
        const std::vector<Credential> credentials{named("Bob"), named("Ada"), named("Bob"),
                                                  named("Bob"), named("Ada")};
        auto issues = start(credentials);
        pool_.start();
        CPPUNIT_ASSERT(isIssued(issues[0].get()));
        CPPUNIT_ASSERT(isIssued(issues[1].get()));
        CPPUNIT_ASSERT(std::get<Duplicate>(issues[2].get()).id == credentials[0].id);
        CPPUNIT_ASSERT(std::get<Duplicate>(issues[3].get()).id == credentials[0].id);
        CPPUNIT_ASSERT(std::get<Duplicate>(issues[4].get()).id == credentials[1].id);
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, database_.inserts().size());
    }

    void looksForAllLosersAtOnce() {
        std::vector<Credential> equal;
        for (int i = 0; i < 20; ++i)
            equal.push_back(named("Ada"));
        auto issues = start(equal);
        pool_.start();
        CPPUNIT_ASSERT(isIssued(issues[0].get()));
        for (std::size_t i = 1; i < issues.size(); ++i)
            CPPUNIT_ASSERT(std::get<Duplicate>(issues[i].get()).id == equal[0].id);
        CPPUNIT_ASSERT_EQUAL(1, database_.searches.load());
    }

    void triesAgainWhereTheWinnerIsGone() {
        database_.beforeSearch = [&](FakeSession&) { database_.removeAll(); };
        pool_.start();
        issue(named("Ada"));
        CPPUNIT_ASSERT(isIssued(issue(named("Ada"))));
        CPPUNIT_ASSERT_EQUAL(std::size_t{3}, database_.inserts().size());
    }

    void givesUpAtTheDeadline() {
        const Credential winner = named("Ada");
        database_.beforeInsert = [&](FakeSession&, const Names&) { database_.add(winner); };
        database_.beforeSearch = [&](FakeSession&) { database_.removeAll(); };
        pool_.start();
        auto issue = Started(writer_.issue(named("Ada"), {steady_clock::now() + 50ms}), loop_);
        CPPUNIT_ASSERT_EQUAL(std::string("database timed out"), failureOf(issue));
        CPPUNIT_ASSERT(database_.inserts().size() > 1);
        // Nothing is wrong with the session.
        CPPUNIT_ASSERT_EQUAL(1, database_.openings.load());
    }

    // A row that can be seen may yet be lost with the primary.
    void waitsForAStandbyBeforeItNamesTheWinner() {
        const Credential winner = named("Ada");
        database_.add(winner);
        pool_.start();
        CPPUNIT_ASSERT(std::get<Duplicate>(issue(named("Ada"))).id == winner.id);
        CPPUNIT_ASSERT_EQUAL(0, database_.emptyCommits.load());
        database_.hasStandby = true;
        CPPUNIT_ASSERT(std::get<Duplicate>(issue(named("Ada"))).id == winner.id);
        CPPUNIT_ASSERT_EQUAL(1, database_.emptyCommits.load());
        CPPUNIT_ASSERT(isIssued(issue(named("Bob"))));
        CPPUNIT_ASSERT_EQUAL(1, database_.emptyCommits.load());
    }

    void losesNoneAmongMany() {
        database_.beforeInsert = [batches = 0](FakeSession& session, const Names&) mutable {
            if (++batches % 8 == 3)
                session.lose(Fault::unreachable);
        };
        pool_.start();
        LoopExecutor otherLoop;
        std::vector<Started<IssueOutcome>> issues;
        for (int i = 0; i < 1000; ++i)
            issues.emplace_back(writer_.issue(named(std::to_string(i / 2)), {soon()}),
                                i % 3 == 0 ? static_cast<Executor&>(otherLoop) : loop_);
        int issued = 0;
        for (auto& issue : issues)
            issued += isIssued(issue.get()) ? 1 : 0;
        CPPUNIT_ASSERT_EQUAL(500, issued);
    }

    void failuresMeanUnavailable() {
        pool_.start();
        CPPUNIT_ASSERT(isIssued(issue(named("Ada"))));
        CPPUNIT_ASSERT(breaker_.state().kind == storage::DatabaseState::Kind::up);
        database_.isDown = true;
        const Error lost = thrownError([&] { issue(named("Bob")); });
        CPPUNIT_ASSERT(lost.kind() == ErrorKind::unavailable);
        CPPUNIT_ASSERT_EQUAL(std::string("database unreachable"), lost.detail());
        CPPUNIT_ASSERT_EQUAL(std::string("Service temporarily unavailable, try again"),
                             std::string(lost.what()));
        CPPUNIT_ASSERT(breaker_.state().kind == storage::DatabaseState::Kind::down);
        pool_.stop();
        auto late = Started(writer_.issue(named("Ada"), {soon()}), loop_);
        CPPUNIT_ASSERT_EQUAL(std::string("database stopping"), failureOf(late));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(IssueCredentialsTest);

} // namespace kubecred::test
