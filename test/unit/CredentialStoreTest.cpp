#include "storage/CredentialStore.h"

#include "FakeSession.h"
#include "FixedClock.h"
#include "RecordingLogger.h"
#include "ThrownError.h"

#include <cppunit/extensions/HelperMacros.h>

#include <chrono>
#include <string>

namespace kubecred::test {

using namespace std::chrono_literals;
using std::chrono::steady_clock;

class CredentialStoreTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(CredentialStoreTest);
    CPPUNIT_TEST(issues);
    CPPUNIT_TEST(findsWhatItLostAgainst);
    CPPUNIT_TEST(triesAgainWhereTheWinnerIsGone);
    CPPUNIT_TEST(givesUpAtTheDeadline);
    CPPUNIT_TEST(finds);
    CPPUNIT_TEST(failuresMeanUnavailable);
    CPPUNIT_TEST_SUITE_END();

public:
    void setUp() override {
        pool_.start();
        const auto lease = pool_.acquire(soon());
        session_ = &dynamic_cast<FakeSession&>(*lease);
    }

    void issues() {
        CPPUNIT_ASSERT(std::holds_alternative<Issued>(store_.issue(credential_, soon())));
        CPPUNIT_ASSERT_EQUAL(1, session_->insertCalls);
        CPPUNIT_ASSERT_EQUAL(0, session_->findCalls);
    }

    void findsWhatItLostAgainst() {
        session_->inserts = {false};
        session_->same = Duplicate{Uuid::version4(), "worker-2", clock_.now()};
        const auto outcome = store_.issue(credential_, soon());
        const auto& duplicate = std::get<Duplicate>(outcome);
        CPPUNIT_ASSERT(duplicate.id == session_->same->id);
        CPPUNIT_ASSERT_EQUAL(std::string("worker-2"), duplicate.issuedBy);
        CPPUNIT_ASSERT(duplicate.issuedAt == clock_.now());
        CPPUNIT_ASSERT_EQUAL(1, session_->insertCalls);
    }

    void triesAgainWhereTheWinnerIsGone() {
        session_->inserts = {false, false};
        CPPUNIT_ASSERT(std::holds_alternative<Issued>(store_.issue(credential_, soon())));
        CPPUNIT_ASSERT_EQUAL(3, session_->insertCalls);
        CPPUNIT_ASSERT_EQUAL(2, session_->findCalls);
    }

    void givesUpAtTheDeadline() {
        session_->inserts.assign(10'000'000, false);
        const auto began = steady_clock::now();
        const Error error =
            thrownError([&] { store_.issue(credential_, steady_clock::now() + 50ms); });
        CPPUNIT_ASSERT(error.kind() == ErrorKind::unavailable);
        CPPUNIT_ASSERT_EQUAL(std::string("database timed out"), error.detail());
        CPPUNIT_ASSERT(steady_clock::now() - began < 1s);
    }

    void finds() {
        session_->stored = credential_;
        const auto found = store_.find(credential_.id, soon());
        CPPUNIT_ASSERT(found);
        CPPUNIT_ASSERT_EQUAL(std::string("Ada"), found->name);
        CPPUNIT_ASSERT(!store_.find(Uuid::version4(), soon()));
    }

    void failuresMeanUnavailable() {
        database_.isDown = true;
        const Error lost = thrownError([&] { store_.issue(credential_, soon()); });
        CPPUNIT_ASSERT(lost.kind() == ErrorKind::unavailable);
        CPPUNIT_ASSERT_EQUAL(std::string("database unreachable"), lost.detail());
        CPPUNIT_ASSERT_EQUAL(std::string("Service temporarily unavailable, try again"),
                             std::string(lost.what()));
        CPPUNIT_ASSERT(thrownError([&] { store_.find(credential_.id, soon()); }).kind() ==
                       ErrorKind::unavailable);
        pool_.stop();
        const Error stopped = thrownError([&] { store_.find(credential_.id, soon()); });
        CPPUNIT_ASSERT_EQUAL(std::string("database stopping"), stopped.detail());
    }

private:
    static Deadline soon() { return steady_clock::now() + 1s; }

    FakeDatabase database_;
    RecordingLogger logger_;
    FixedClock clock_;
    storage::SessionPool pool_{database_.factory(), 1, logger_, clock_};
    storage::CredentialStore store_{pool_};
    FakeSession* session_ = nullptr; // the only one
    const Credential credential_{Uuid::version4(), "Ada",       "ada@example.org", "passport", "{}",
                                 "worker-1",       clock_.now()};
};

CPPUNIT_TEST_SUITE_REGISTRATION(CredentialStoreTest);

} // namespace kubecred::test
