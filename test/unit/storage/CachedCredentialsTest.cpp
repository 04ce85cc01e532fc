#include "storage/cache/CachedCredentials.h"

#include "host/metrics/PrometheusMetrics.h"
#include "kubecred/Error.h"
#include "support/FoundCredential.h"
#include "support/Started.h"
#include "unit/FixedClock.h"
#include "unit/ThrownError.h"

#include <cppunit/extensions/HelperMacros.h>

#include <stdexcept>
#include <string>
#include <thread>

namespace kubecred::test {

using namespace std::chrono_literals;
using Found = std::optional<FoundCredential>;

namespace {

/// A database that answers as it is told.
class ToldDatabase final : public CredentialReader, public CredentialWriter {
public:
    Deferred<Found> find(const LookUp& lookUp, const RequestContext&) override {
        return Deferred<Found>([this, id = lookUp.id](Executor&, const Sink<Found>& sink) {
            if (failure)
                sink(failure);
            else if (stored && stored->id == id)
                sink(Found(foundCredential(*stored)));
            else
                sink(Found());
        });
    }

    Deferred<IssueOutcome> issue(const Credential& credential, const RequestContext&) override {
        if (refuses)
            return IssueOutcome(Duplicate{});
        stored = credential;
        return IssueOutcome(Issued{});
    }

    std::optional<Credential> stored;
    std::exception_ptr failure;
    bool refuses = false;
};

} // namespace

class CachedCredentialsTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(CachedCredentialsTest);
    CPPUNIT_TEST(asksTheDatabaseWhileItCan);
    CPPUNIT_TEST(answersWhatWasVerifiedDuringAnOutage);
    CPPUNIT_TEST(answersWhatWasIssuedDuringAnOutage);
    CPPUNIT_TEST(leavesWhatItDoesNotKnowUnanswered);
    CPPUNIT_TEST(doesNotKeepADuplicate);
    CPPUNIT_TEST(forgetsWhatTheDatabaseDoesNotKnow);
    CPPUNIT_TEST(forgetsWhatIsStale);
    CPPUNIT_TEST(sparesALookUpWhileFresh);
    CPPUNIT_TEST(leavesOtherErrorsAlone);
    CPPUNIT_TEST_SUITE_END();

public:
    void setUp() override { database_.stored = credential_; }

    void asksTheDatabaseWhileItCan() {
        CPPUNIT_ASSERT(find() && !find()->asOf);
        CPPUNIT_ASSERT(find()->basis == FoundCredential::Basis::database);
    }

    void answersWhatWasVerifiedDuringAnOutage() {
        find();
        failWith(Error::unavailable("database unreachable"));
        const auto found = find();
        CPPUNIT_ASSERT(found);
        CPPUNIT_ASSERT_EQUAL(std::string("Ada"), found->credential->name);
        CPPUNIT_ASSERT(found->asOf == clock_.now());
        CPPUNIT_ASSERT(found->basis == FoundCredential::Basis::outage);
    }

    void answersWhatWasIssuedDuringAnOutage() {
        await(writer_.issue(credential_, {}));
        failWith(Error::unavailable("database unreachable"));
        CPPUNIT_ASSERT(find());
    }

    void leavesWhatItDoesNotKnowUnanswered() {
        failWith(Error::unavailable("database unreachable"));
        const Error error = thrownError([&] { find(); });
        CPPUNIT_ASSERT(error.kind() == ErrorKind::unavailable);
    }

    void doesNotKeepADuplicate() {
        database_.refuses = true;
        await(writer_.issue(credential_, {}));
        failWith(Error::unavailable("database unreachable"));
        CPPUNIT_ASSERT_THROW(find(), Error);
    }

    void forgetsWhatTheDatabaseDoesNotKnow() {
        find();
        database_.stored.reset();
        CPPUNIT_ASSERT(!find());
        failWith(Error::unavailable("database unreachable"));
        CPPUNIT_ASSERT_THROW(find(), Error);
    }

    void forgetsWhatIsStale() {
        storage::CachedReader impatient(database_, cache_, {.stale = 0s}, clock_, metrics_);
        await(impatient.find({credential_.id}, {}));
        std::this_thread::sleep_for(2ms);
        failWith(Error::unavailable("database unreachable"));
        CPPUNIT_ASSERT_THROW(await(impatient.find({credential_.id}, {})), Error);
    }

    void sparesALookUpWhileFresh() {
        storage::CachedReader reader(database_, cache_, {.fresh = 60s, .stale = 0s}, clock_,
                                     metrics_);
        CPPUNIT_ASSERT(await(reader.find({credential_.id}, {})));
        failWith(std::logic_error("was asked"));
        const auto found = await(reader.find({credential_.id}, {}));
        CPPUNIT_ASSERT(found && !found->asOf);
        CPPUNIT_ASSERT(found->basis == FoundCredential::Basis::memory);
        CPPUNIT_ASSERT_THROW(await(reader.find({.id = credential_.id, .confirms = true}, {})),
                             std::logic_error);
        CPPUNIT_ASSERT_THROW(await(reader.find({Uuid::version4()}, {})), std::logic_error);
    }

    void leavesOtherErrorsAlone() {
        find();
        failWith(std::logic_error("a bug"));
        CPPUNIT_ASSERT_THROW(find(), std::logic_error);
        failWith(Error(ErrorKind::internal, "Internal server error"));
        CPPUNIT_ASSERT_THROW(find(), Error);
    }

private:
    Found find() { return await(reader_.find({credential_.id}, {})); }

    template <typename Failure>
    void failWith(const Failure& failure) {
        database_.failure = std::make_exception_ptr(failure);
    }

    FixedClock clock_;
    ToldDatabase database_;
    storage::CredentialCache cache_{10, 1 << 20};
    host::PrometheusMetrics metrics_;
    storage::CachedReader reader_{database_, cache_, {.stale = 60s}, clock_, metrics_};
    storage::CachingWriter writer_{database_, cache_, clock_};
    const Credential credential_{Uuid::version4(), "Ada",       "ada@example.org", "passport", "{}",
                                 "worker-1",       clock_.now()};
};

CPPUNIT_TEST_SUITE_REGISTRATION(CachedCredentialsTest);

} // namespace kubecred::test
