#include "IssuingFixture.h"

#include <cppunit/extensions/HelperMacros.h>

#include <algorithm>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace kubecred::test {

using storage::Fault;
using Names = FakeDatabase::Names;

// What a failure in a batch means for each credential of it.
class IssueCredentialsFaultsTest : public IssuingFixture {
    CPPUNIT_TEST_SUITE(IssueCredentialsFaultsTest);
    CPPUNIT_TEST(aRefusedCredentialFailsAlone);
    CPPUNIT_TEST(aLockedCredentialFailsAlone);
    CPPUNIT_TEST(aLockedTableFailsAll);
    CPPUNIT_TEST(aLossAmongSinglesIsTriedAgain);
    CPPUNIT_TEST(whatWasCommittedBeforeTheLossIsIssued);
    CPPUNIT_TEST(whatWasNotCommittedBeforeTheLossIsIssued);
    CPPUNIT_TEST(aLossAtTheSearchIsTriedAgain);
    CPPUNIT_TEST(aRefusedSearchRepeatsOnlyWhatIsUnanswered);
    CPPUNIT_TEST(aTimedOutBatchIsNotRepeated);
    CPPUNIT_TEST(aValueThatIsRefusedIsTheRequestsFault);
    CPPUNIT_TEST(aConflictIsTriedAgain);
    CPPUNIT_TEST(aConflictAmongSinglesIsTriedAgain);
    CPPUNIT_TEST(aConflictThatStaysFailsAtLast);
    CPPUNIT_TEST_SUITE_END();

public:
    void aRefusedCredentialFailsAlone() {
        failOn({"Bob"}, Fault::refused);
        auto issues = start({named("Ada"), named("Bob"), named("Cy")});
        pool_.start();
        CPPUNIT_ASSERT(isIssued(issues[0].get()));
        CPPUNIT_ASSERT_EQUAL(std::string("database refused"), failureOf(issues[1]));
        CPPUNIT_ASSERT(isIssued(issues[2].get()));
        CPPUNIT_ASSERT_EQUAL(1, database_.openings.load());
    }

    void aLockedCredentialFailsAlone() {
        failOn({"Bob"}, Fault::locked);
        auto issues = start({named("Ada"), named("Bob"), named("Cy")});
        pool_.start();
        CPPUNIT_ASSERT(isIssued(issues[0].get()));
        CPPUNIT_ASSERT_EQUAL(std::string("database locked"), failureOf(issues[1]));
        CPPUNIT_ASSERT(isIssued(issues[2].get()));
    }

    void aLockedTableFailsAll() {
        database_.beforeInsert = [](FakeSession& session, const Names&) {
            session.probeFault = Fault::locked;
            throw storage::StorageError(Fault::locked);
        };
        auto issues = start({named("Ada"), named("Bob"), named("Cy"), named("Di")});
        pool_.start();
        for (auto& issue : issues)
            CPPUNIT_ASSERT_EQUAL(std::string("database locked"), failureOf(issue));
        // Each of them waits: so not for each credential.
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, database_.inserts().size());
    }

    void aLossAmongSinglesIsTriedAgain() {
        bool isLost = false;
        database_.beforeInsert = [&](FakeSession& session, const Names& names) {
            if (names.size() == 3)
                throw storage::StorageError(Fault::refused);
            if (names == Names{"Bob"} && !std::exchange(isLost, true))
                session.lose(Fault::unreachable);
        };
        auto issues = start({named("Ada"), named("Bob"), named("Cy")});
        pool_.start();
        for (auto& issue : issues)
            CPPUNIT_ASSERT(isIssued(issue.get()));
        CPPUNIT_ASSERT(
            database_.inserts() ==
            std::vector<Names>({{"Ada", "Bob", "Cy"}, {"Ada"}, {"Bob"}, {"Bob"}, {"Cy"}}));
        CPPUNIT_ASSERT_EQUAL(2, database_.openings.load());
    }

    void whatWasCommittedBeforeTheLossIsIssued() {
        database_.afterInsert = loseOnce();
        const auto first = named("Ada");
        auto issues = start({first, named("Bob"), named("Ada")});
        pool_.start();
        CPPUNIT_ASSERT(isIssued(issues[0].get()));
        CPPUNIT_ASSERT(isIssued(issues[1].get()));
        CPPUNIT_ASSERT(std::get<Duplicate>(issues[2].get()).id == first.id);
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, database_.inserts().size());
        CPPUNIT_ASSERT_EQUAL(2, database_.openings.load());
    }

    void whatWasNotCommittedBeforeTheLossIsIssued() {
        database_.beforeInsert = loseOnce();
        auto issues = start({named("Ada"), named("Bob")});
        pool_.start();
        for (auto& issue : issues)
            CPPUNIT_ASSERT(isIssued(issue.get()));
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, database_.inserts().size());
    }

    void aLossAtTheSearchIsTriedAgain() {
        database_.beforeSearch = [isLost = false](FakeSession& session) mutable {
            if (!std::exchange(isLost, true))
                session.lose(Fault::unreachable);
        };
        pool_.start();
        const auto first = named("Ada");
        issue(first);
        CPPUNIT_ASSERT(std::get<Duplicate>(issue(named("Ada"))).id == first.id);
        CPPUNIT_ASSERT_EQUAL(2, database_.openings.load());
    }

    void aRefusedSearchRepeatsOnlyWhatIsUnanswered() {
        database_.beforeSearch = [isRefused = false](FakeSession&) mutable {
            if (!std::exchange(isRefused, true))
                throw storage::StorageError(Fault::refused);
        };
        const auto first = named("Bob");
        database_.add(first);
        auto issues = start({named("Ada"), named("Bob")});
        pool_.start();
        CPPUNIT_ASSERT(isIssued(issues[0].get()));
        CPPUNIT_ASSERT(std::get<Duplicate>(issues[1].get()).id == first.id);
        CPPUNIT_ASSERT(database_.inserts() == std::vector<Names>({{"Ada", "Bob"}, {"Bob"}}));
    }

    void aTimedOutBatchIsNotRepeated() {
        database_.beforeInsert = [](FakeSession& session, const Names&) {
            session.lose(Fault::timedOut);
        };
        auto issues = start({named("Ada"), named("Bob")});
        pool_.start();
        for (auto& issue : issues)
            CPPUNIT_ASSERT_EQUAL(std::string("database timed out"), failureOf(issue));
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, database_.inserts().size());
    }

    void aValueThatIsRefusedIsTheRequestsFault() {
        failOn({"Bob"}, Fault::valueRefused);
        auto issues = start({named("Ada"), named("Bob"), named("Cy")});
        pool_.start();
        CPPUNIT_ASSERT(isIssued(issues[0].get()));
        CPPUNIT_ASSERT_EQUAL(std::string("database value refused"),
                             failureOf(issues[1], ErrorKind::malformedRequest));
        CPPUNIT_ASSERT(isIssued(issues[2].get()));
        auto alone = start({named("Bob")});
        CPPUNIT_ASSERT_EQUAL(std::string("database value refused"),
                             failureOf(alone[0], ErrorKind::malformedRequest));
        CPPUNIT_ASSERT_EQUAL(1, database_.openings.load());
    }

    void aConflictIsTriedAgain() {
        conflictOn("Ada", 2);
        pool_.start();
        CPPUNIT_ASSERT(isIssued(issue(named("Ada"))));
        CPPUNIT_ASSERT_EQUAL(std::size_t{3}, database_.inserts().size());
        CPPUNIT_ASSERT_EQUAL(1, database_.openings.load());
    }

    void aConflictAmongSinglesIsTriedAgain() {
        conflictOn("Bob", 3); // with the others, by itself, and by itself again
        auto issues = start({named("Ada"), named("Bob"), named("Cy")});
        pool_.start();
        for (auto& issue : issues)
            CPPUNIT_ASSERT(isIssued(issue.get()));
        CPPUNIT_ASSERT(
            database_.inserts() ==
            std::vector<Names>({{"Ada", "Bob", "Cy"}, {"Ada"}, {"Bob"}, {"Cy"}, {"Bob"}, {"Bob"}}));
    }

    void aConflictThatStaysFailsAtLast() {
        conflictOn("Ada", 100);
        pool_.start();
        auto issues = start({named("Ada")});
        CPPUNIT_ASSERT_EQUAL(std::string("database conflict"), failureOf(issues[0]));
        CPPUNIT_ASSERT_EQUAL(std::size_t{3}, database_.inserts().size());
    }

private:
    // As many batches that hold this name fail.
    void conflictOn(const std::string& name, int times) {
        database_.beforeInsert = [name, times](FakeSession&, const Names& names) mutable {
            if (std::ranges::find(names, name) != names.end() && times-- > 0)
                throw storage::StorageError(Fault::conflict);
        };
    }

    // Each batch that holds one of these fails.
    void failOn(Names bad, Fault fault) {
        database_.beforeInsert = [bad = std::move(bad), fault](FakeSession&, const Names& names) {
            if (std::ranges::find_first_of(names, bad) != names.end())
                throw storage::StorageError(fault);
        };
    }

    static std::function<void(FakeSession&, const Names&)> loseOnce() {
        return [isLost = false](FakeSession& session, const Names&) mutable {
            if (!std::exchange(isLost, true))
                session.lose(Fault::unreachable);
        };
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(IssueCredentialsFaultsTest);

} // namespace kubecred::test
