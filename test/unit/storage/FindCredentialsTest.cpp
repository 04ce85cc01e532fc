#include "storage/operations/FindCredentials.h"

#include "FakeSession.h"
#include "host/metrics/PrometheusMetrics.h"
#include "storage/sessions/SessionPool.h"
#include "support/LoopExecutor.h"
#include "support/Started.h"
#include "unit/FixedClock.h"
#include "unit/RecordingLogger.h"
#include "unit/ThrownError.h"

#include <cppunit/extensions/HelperMacros.h>

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace kubecred::test {

using storage::Fault;

class FindCredentialsTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(FindCredentialsTest);
    CPPUNIT_TEST(finds);
    CPPUNIT_TEST(looksUpTogetherWhatArrivesTogether);
    CPPUNIT_TEST(asksAloneForWhatIsLarge);
    CPPUNIT_TEST(triesAgainAfterALoss);
    CPPUNIT_TEST(triesAgainAfterAConflict);
    CPPUNIT_TEST(aConflictThatStaysFailsAtLast);
    CPPUNIT_TEST(aRefusedValueFailsAlone);
    CPPUNIT_TEST(failuresMeanUnavailable);
    CPPUNIT_TEST_SUITE_END();

public:
    void setUp() override {
        database_.add(ada_);
        database_.add(bob_);
    }

    void tearDown() override { pool_.stop(); }

    void finds() {
        pool_.start();
        const auto found = find(ada_.id);
        CPPUNIT_ASSERT(found);
        CPPUNIT_ASSERT_EQUAL(std::string("Ada"), found->credential->name);
        CPPUNIT_ASSERT(!find(Uuid::version4()));
    }

    void looksUpTogetherWhatArrivesTogether() {
        auto finds = findTogether({bob_.id, Uuid::version4(), ada_.id, bob_.id});
        pool_.start();
        CPPUNIT_ASSERT(finds[0].get()->credential->id == bob_.id);
        CPPUNIT_ASSERT(!finds[1].get());
        CPPUNIT_ASSERT(finds[2].get()->credential->id == ada_.id);
        CPPUNIT_ASSERT(finds[3].get()->credential->id == bob_.id);
        CPPUNIT_ASSERT(database_.lookUps() == std::vector<std::size_t>({4}));
    }

    void asksAloneForWhatIsLarge() {
        const auto large = [&](Credential credential) {
            credential.id = Uuid::version4();
            credential.name += " with much metadata";
            credential.metadata = "{\"a\":\"" + std::string(20000, 'x') + "\"}";
            database_.add(credential);
            return credential;
        };
        const std::vector<Credential> credentials{large(ada_), ada_, large(bob_), bob_};
        std::vector<Uuid> ids;
        for (const auto& credential : credentials)
            ids.push_back(credential.id);
        auto finds = findTogether(ids);
        pool_.start();
        for (std::size_t i = 0; i < finds.size(); ++i)
            CPPUNIT_ASSERT_EQUAL(credentials[i].metadata, finds[i].get()->credential->metadata);
        CPPUNIT_ASSERT(database_.lookUps() == std::vector<std::size_t>({4, 1, 1}));
    }

    void triesAgainAfterALoss() {
        database_.beforeLookUp = [isLost = false](FakeSession& session) mutable {
            if (!std::exchange(isLost, true))
                session.lose(Fault::unreachable);
        };
        pool_.start();
        CPPUNIT_ASSERT(find(ada_.id));
        CPPUNIT_ASSERT_EQUAL(2, database_.openings.load());
    }

    void triesAgainAfterAConflict() {
        database_.beforeLookUp = [times = 0](FakeSession&) mutable {
            if (++times <= 2)
                throw storage::StorageError(Fault::conflict);
        };
        pool_.start();
        CPPUNIT_ASSERT(find(ada_.id));
        CPPUNIT_ASSERT_EQUAL(1, database_.openings.load());
    }

    void aConflictThatStaysFailsAtLast() {
        database_.beforeLookUp = [](FakeSession&) { throw storage::StorageError(Fault::conflict); };
        pool_.start();
        const Error error = thrownError([&] { find(ada_.id); });
        CPPUNIT_ASSERT(error.kind() == ErrorKind::unavailable);
        CPPUNIT_ASSERT_EQUAL(std::string("database conflict"), error.detail());
        CPPUNIT_ASSERT_EQUAL(std::size_t{3}, database_.lookUps().size());
    }

    void aRefusedValueFailsAlone() {
        database_.beforeLookUp = [times = 0](FakeSession&) mutable {
            if (++times <= 2) // together, and one by itself
                throw storage::StorageError(Fault::valueRefused);
        };
        auto finds = findTogether({ada_.id, bob_.id});
        pool_.start();
        int failed = 0;
        for (auto& find : finds)
            try {
                CPPUNIT_ASSERT(find.get());
            } catch (const Error& error) {
                CPPUNIT_ASSERT(error.kind() == ErrorKind::malformedRequest);
                ++failed;
            }
        CPPUNIT_ASSERT_EQUAL(1, failed);
        CPPUNIT_ASSERT(database_.lookUps() == std::vector<std::size_t>({2, 1, 1}));
    }

    void failuresMeanUnavailable() {
        pool_.start();
        CPPUNIT_ASSERT(find(ada_.id));
        CPPUNIT_ASSERT(breaker_.state().kind == storage::DatabaseState::Kind::up);
        database_.isDown = true;
        const Error lost = thrownError([&] { find(ada_.id); });
        CPPUNIT_ASSERT(lost.kind() == ErrorKind::unavailable);
        CPPUNIT_ASSERT_EQUAL(std::string("database unreachable"), lost.detail());
        CPPUNIT_ASSERT(breaker_.state().kind == storage::DatabaseState::Kind::down);
        pool_.stop();
        const Error stopped = thrownError([&] { find(ada_.id); });
        CPPUNIT_ASSERT_EQUAL(std::string("database stopping"), stopped.detail());
    }

private:
    using Found = std::optional<FoundCredential>;

    static Deadline soon() { return std::chrono::steady_clock::now() + std::chrono::seconds(5); }

    Credential named(std::string name) const {
        return {Uuid::version4(), std::move(name), "ada@example.org", "passport", "{}",
                "worker-1",       clock_.now()};
    }

    Found find(const Uuid& id) { return await(reader_.find({id}, {soon()}), loop_); }

    std::vector<Started<Found>> findTogether(const std::vector<Uuid>& ids) {
        return loop_.inOneTurn([&] {
            std::vector<Started<Found>> finds;
            for (const Uuid& id : ids)
                finds.emplace_back(reader_.find({id}, {soon()}), loop_);
            return finds;
        });
    }

    FakeDatabase database_;
    RecordingLogger logger_;
    FixedClock clock_;
    host::PrometheusMetrics metrics_;
    storage::CircuitBreaker breaker_{"reads", logger_, clock_};
    storage::SessionPool pool_{
        database_.factory(), storage::Role::reading, 1, breaker_, logger_, metrics_};
    storage::FindCredentials reader_{pool_};
    const Credential ada_ = named("Ada");
    const Credential bob_ = named("Bob");
    LoopExecutor loop_; // last: it must end before what works on it
};

CPPUNIT_TEST_SUITE_REGISTRATION(FindCredentialsTest);

} // namespace kubecred::test
