#include "storage/GroupCommit.h"

#include "GroupCommitFixture.h"

#include <cppunit/extensions/HelperMacros.h>

#include <chrono>
#include <string>
#include <vector>

namespace kubecred::test {

using namespace std::chrono_literals;
using std::chrono::steady_clock;
using storage::Fault;
using Names = FakeDatabase::Names;

class GroupCommitTest : public GroupCommitFixture {
    CPPUNIT_TEST_SUITE(GroupCommitTest);
    CPPUNIT_TEST(issues);
    CPPUNIT_TEST(findsWhatItLostAgainst);
    CPPUNIT_TEST(nothingHappensBeforeTheStart);
    CPPUNIT_TEST(recordsTogetherWhatArrivesTogether);
    CPPUNIT_TEST(recordsInOrderOfKeys);
    CPPUNIT_TEST(ofEqualKeysTheFirstIsIssued);
    CPPUNIT_TEST(looksForAllLosersAtOnce);
    CPPUNIT_TEST(triesAgainWhereTheWinnerIsGone);
    CPPUNIT_TEST(givesUpAtTheDeadline);
    CPPUNIT_TEST(failuresMeanUnavailable);
    CPPUNIT_TEST_SUITE_END();

public:
    void issues() {
        writer_.start();
        CPPUNIT_ASSERT(isIssued(await(writer_.issue(named("Ada"), {soon()}))));
        CPPUNIT_ASSERT(database_.inserts() == std::vector<Names>({{"Ada"}}));
        CPPUNIT_ASSERT_EQUAL(0, database_.searches.load());
    }

    void findsWhatItLostAgainst() {
        writer_.start();
        const Credential first = named("Ada");
        await(writer_.issue(first, {soon()}));
        Credential second = named("Ada");
        second.issuedBy = "worker-2";
        const auto duplicate = std::get<Duplicate>(await(writer_.issue(second, {soon()})));
        CPPUNIT_ASSERT(duplicate.id == first.id);
        CPPUNIT_ASSERT_EQUAL(std::string("worker-1"), duplicate.issuedBy);
        CPPUNIT_ASSERT(duplicate.issuedAt == first.issuedAt);
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, database_.inserts().size());
    }

    void nothingHappensBeforeTheStart() {
        writer_.start();
        writer_.issue(named("Ada"), {soon()}); // and away
        CPPUNIT_ASSERT(isIssued(await(writer_.issue(named("Bob"), {soon()}))));
        CPPUNIT_ASSERT(database_.inserts() == std::vector<Names>({{"Bob"}}));
    }

    void recordsTogetherWhatArrivesTogether() {
        auto issues = start({named("Ada"), named("Bob"), named("Cy")});
        writer_.start();
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
        writer_.start();
        for (auto& issue : issues)
            failureOf(issue);
        CPPUNIT_ASSERT(database_.inserts() ==
                       std::vector<Names>({{"Ada", "Ada", "Ada", "Bob", "Cy"}}));
    }

    void ofEqualKeysTheFirstIsIssued() {
        const std::vector<Credential> credentials{named("Bob"), named("Ada"), named("Bob"),
                                                  named("Bob"), named("Ada")};
        auto issues = start(credentials);
        writer_.start();
        CPPUNIT_ASSERT(isIssued(issues[0].get()));
        CPPUNIT_ASSERT(isIssued(issues[1].get()));
        CPPUNIT_ASSERT(std::get<Duplicate>(issues[2].get()).id == credentials[0].id);
        CPPUNIT_ASSERT(std::get<Duplicate>(issues[3].get()).id == credentials[0].id);
        CPPUNIT_ASSERT(std::get<Duplicate>(issues[4].get()).id == credentials[1].id);
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, database_.inserts().size());
    }

    void looksForAllLosersAtOnce() {
        auto issues = start(std::vector<Credential>(20, named("Ada")));
        writer_.start();
        for (auto& issue : issues)
            issue.get();
        CPPUNIT_ASSERT_EQUAL(1, database_.searches.load());
    }

    void triesAgainWhereTheWinnerIsGone() {
        database_.beforeSearch = [&](FakeSession&) { database_.removeAll(); };
        writer_.start();
        await(writer_.issue(named("Ada"), {soon()}));
        CPPUNIT_ASSERT(isIssued(await(writer_.issue(named("Ada"), {soon()}))));
        CPPUNIT_ASSERT_EQUAL(std::size_t{3}, database_.inserts().size());
    }

    void givesUpAtTheDeadline() {
        const Credential winner = named("Ada");
        database_.beforeInsert = [&](FakeSession&, const Names&) { database_.add(winner); };
        database_.beforeSearch = [&](FakeSession&) { database_.removeAll(); };
        writer_.start();
        auto issue = Started(writer_.issue(named("Ada"), {steady_clock::now() + 50ms}));
        CPPUNIT_ASSERT_EQUAL(std::string("database timed out"), failureOf(issue));
        CPPUNIT_ASSERT(database_.inserts().size() > 1);
        // Nothing is wrong with the session.
        CPPUNIT_ASSERT_EQUAL(1, database_.openings.load());
    }

    void failuresMeanUnavailable() {
        writer_.start();
        CPPUNIT_ASSERT(isIssued(await(writer_.issue(named("Ada"), {soon()}))));
        CPPUNIT_ASSERT(writer_.state().kind == storage::DatabaseState::Kind::up);
        database_.isDown = true;
        const Error lost = thrownError([&] { await(writer_.issue(named("Bob"), {soon()})); });
        CPPUNIT_ASSERT(lost.kind() == ErrorKind::unavailable);
        CPPUNIT_ASSERT_EQUAL(std::string("database unreachable"), lost.detail());
        CPPUNIT_ASSERT_EQUAL(std::string("Service temporarily unavailable, try again"),
                             std::string(lost.what()));
        CPPUNIT_ASSERT(writer_.state().kind == storage::DatabaseState::Kind::down);
        writer_.stop();
        auto late = Started(writer_.issue(named("Ada"), {soon()}));
        CPPUNIT_ASSERT_EQUAL(std::string("database stopping"), failureOf(late));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(GroupCommitTest);

} // namespace kubecred::test
