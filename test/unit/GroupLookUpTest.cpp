#include "storage/GroupLookUp.h"

#include "FakeSession.h"
#include "FixedClock.h"
#include "RecordingLogger.h"
#include "ThrownError.h"
#include "host/metrics/PrometheusMetrics.h"
#include "support/Started.h"

#include <cppunit/extensions/HelperMacros.h>

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace kubecred::test {

using storage::Fault;

class GroupLookUpTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(GroupLookUpTest);
    CPPUNIT_TEST(finds);
    CPPUNIT_TEST(looksUpTogetherWhatArrivesTogether);
    CPPUNIT_TEST(asksAloneForWhatIsLarge);
    CPPUNIT_TEST(triesAgainAfterALoss);
    CPPUNIT_TEST(triesAgainAfterAConflict);
    CPPUNIT_TEST(aConflictThatStaysFailsAtLast);
    CPPUNIT_TEST(aRefusedValueFailsAlone);
    CPPUNIT_TEST(readsOnly);
    CPPUNIT_TEST(failuresMeanUnavailable);
    CPPUNIT_TEST_SUITE_END();

public:
    void setUp() override {
        database_.add(ada_);
        database_.add(bob_);
    }

    void finds() {
        reader_.start();
        const auto found = await(reader_.find({ada_.id, soon()}));
        CPPUNIT_ASSERT(found);
        CPPUNIT_ASSERT_EQUAL(std::string("Ada"), found->credential->name);
        CPPUNIT_ASSERT(!await(reader_.find({Uuid::version4(), soon()})));
    }

    void looksUpTogetherWhatArrivesTogether() {
        std::vector<Started<std::optional<FoundCredential>>> finds;
        for (const Uuid& id : {bob_.id, Uuid::version4(), ada_.id, bob_.id})
            finds.emplace_back(reader_.find({id, soon()}));
        reader_.start();
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
        std::vector<Started<std::optional<FoundCredential>>> finds;
        for (const auto& credential : credentials)
            finds.emplace_back(reader_.find({credential.id, soon()}));
        reader_.start();
        for (std::size_t i = 0; i < finds.size(); ++i)
            CPPUNIT_ASSERT_EQUAL(credentials[i].metadata, finds[i].get()->credential->metadata);
        CPPUNIT_ASSERT(database_.lookUps() == std::vector<std::size_t>({4, 1, 1}));
    }

    void triesAgainAfterALoss() {
        database_.beforeLookUp = [isLost = false](FakeSession& session) mutable {
            if (!std::exchange(isLost, true))
                session.lose(Fault::unreachable);
        };
        reader_.start();
        CPPUNIT_ASSERT(await(reader_.find({ada_.id, soon()})));
        CPPUNIT_ASSERT_EQUAL(2, database_.openings.load());
    }

    void triesAgainAfterAConflict() {
        database_.beforeLookUp = [times = 0](FakeSession&) mutable {
            if (++times <= 2)
                throw storage::StorageError(Fault::conflict);
        };
        reader_.start();
        CPPUNIT_ASSERT(await(reader_.find({ada_.id, soon()})));
        CPPUNIT_ASSERT_EQUAL(1, database_.openings.load());
    }

    void aConflictThatStaysFailsAtLast() {
        database_.beforeLookUp = [](FakeSession&) { throw storage::StorageError(Fault::conflict); };
        reader_.start();
        const Error error = thrownError([&] { await(reader_.find({ada_.id, soon()})); });
        CPPUNIT_ASSERT(error.kind() == ErrorKind::unavailable);
        CPPUNIT_ASSERT_EQUAL(std::string("database conflict"), error.detail());
        CPPUNIT_ASSERT_EQUAL(std::size_t{3}, database_.lookUps().size());
    }

    void aRefusedValueFailsAlone() {
        database_.beforeLookUp = [times = 0](FakeSession&) mutable {
            if (++times <= 2) // together, and one by itself
                throw storage::StorageError(Fault::valueRefused);
        };
        std::vector<Started<std::optional<FoundCredential>>> finds;
        for (const Uuid& id : {ada_.id, bob_.id})
            finds.emplace_back(reader_.find({id, soon()}));
        reader_.start();
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

    void readsOnly() {
        std::optional<storage::Role> asked;
        storage::GroupLookUp reader(
            [&, open = database_.factory()](storage::Role role, Deadline deadline) {
                asked = role;
                return open(role, deadline);
            },
            1, logger_, clock_, metrics_);
        reader.start();
        await(reader.find({ada_.id, soon()}));
        reader.stop();
        CPPUNIT_ASSERT(asked == storage::Role::reading);
    }

    void failuresMeanUnavailable() {
        reader_.start();
        CPPUNIT_ASSERT(await(reader_.find({ada_.id, soon()})));
        CPPUNIT_ASSERT(reader_.state().kind == storage::DatabaseState::Kind::up);
        database_.isDown = true;
        const Error lost = thrownError([&] { await(reader_.find({ada_.id, soon()})); });
        CPPUNIT_ASSERT(lost.kind() == ErrorKind::unavailable);
        CPPUNIT_ASSERT_EQUAL(std::string("database unreachable"), lost.detail());
        CPPUNIT_ASSERT(reader_.state().kind == storage::DatabaseState::Kind::down);
        reader_.stop();
        const Error stopped = thrownError([&] { await(reader_.find({ada_.id, soon()})); });
        CPPUNIT_ASSERT_EQUAL(std::string("database stopping"), stopped.detail());
    }

private:
    static Deadline soon() { return std::chrono::steady_clock::now() + std::chrono::seconds(5); }

    Credential named(std::string name) const {
        return {Uuid::version4(), std::move(name), "ada@example.org", "passport", "{}",
                "worker-1",       clock_.now()};
    }

    FakeDatabase database_;
    RecordingLogger logger_;
    FixedClock clock_;
    host::PrometheusMetrics metrics_;
    storage::GroupLookUp reader_{database_.factory(), 1, logger_, clock_, metrics_};
    const Credential ada_ = named("Ada");
    const Credential bob_ = named("Bob");
};

CPPUNIT_TEST_SUITE_REGISTRATION(GroupLookUpTest);

} // namespace kubecred::test
