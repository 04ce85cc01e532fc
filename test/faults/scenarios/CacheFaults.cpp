#include "faults/FaultScenario.h"
#include "faults/Requests.h"

namespace kubecred::test {

/// What a worker has seen it can verify without the database, and says so.
class CacheFaults : public FaultScenario {
    CPPUNIT_TEST_SUITE(CacheFaults);
    CPPUNIT_TEST(verifiesWhatItHasSeen);
    CPPUNIT_TEST_SUITE_END();

public:
    void setUp() override {
        FaultScenario::setUp();
        startWorker();
        startWorker();
    }

    void verifiesWhatItHasSeen() {
        const auto issued = issuedId(port(0), "issued here");
        const auto verified = issuedId(port(0), "verified there");
        const auto unseen = issuedId(port(0), "unseen there");
        assertKnown(1, verified, false);
        underLoad("database stopped, verification from the cache", [&](Load&) {
            server_->stop();
            for (const auto& worker : workers_)
                worker->waitForStatus("degraded", std::chrono::milliseconds(2000 * margin));
            for (int i = 0; i < rounds(100, 5000); ++i) {
                assertKnown(0, issued, true);
                assertKnown(1, verified, true);
                CPPUNIT_ASSERT_EQUAL(503, verifyOne(port(1), unseen).status);
                CPPUNIT_ASSERT_EQUAL(503, verifyOne(port(1), nobodys).status);
            }
            server_->start();
        });
        for (const auto& worker : workers_)
            worker->waitForStatus("healthy", std::chrono::milliseconds(mostRecoveryMs * margin));
        for (const auto& id : {issued, verified, unseen}) {
            assertKnown(0, id, false);
            assertKnown(1, id, false);
        }
        CPPUNIT_ASSERT_EQUAL(404, verifyOne(port(1), nobodys).status);
    }

private:
    static constexpr const char* nobodys = "0190a5b0-0000-7000-8000-000000000001";

    int port(std::size_t worker) const { return workers_.at(worker)->port(); }

    void assertKnown(std::size_t worker, const std::string& id, bool isDegraded) const {
        const auto answer = verifyOne(port(worker), id);
        CPPUNIT_ASSERT_EQUAL(200, answer.status);
        CPPUNIT_ASSERT_EQUAL(id, answer.text("credential.id"));
        const auto body = answer.json();
        CPPUNIT_ASSERT_EQUAL(isDegraded, body->has("degraded"));
        CPPUNIT_ASSERT_EQUAL(isDegraded, body->has("asOf"));
        if (!isDegraded)
            return;
        CPPUNIT_ASSERT(body->getValue<bool>("degraded"));
        CPPUNIT_ASSERT(answer.text("asOf") <= answer.text("verifiedAt"));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(CacheFaults);

} // namespace kubecred::test
