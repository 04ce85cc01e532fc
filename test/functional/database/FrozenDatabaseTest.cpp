#include "functional/PostgresDaemon.h"

#include <memory>

namespace kubecred::test {
namespace {

using std::chrono::milliseconds;

} // namespace

/// Many clients while the database does not answer: what needs it is refused in time, and what
/// does not is answered as quickly as ever.
class FrozenDatabaseTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(FrozenDatabaseTest);
    CPPUNIT_TEST(aCrowdThatWaitsIsRefusedInTimeAndDelaysNobody);
    CPPUNIT_TEST(whoComesLaterIsRefusedInTime);
    CPPUNIT_TEST_SUITE_END();

public:
    void aCrowdThatWaitsIsRefusedInTimeAndDelaysNobody() {
        PostgresDaemon postgres;
        postgres.server().freeze();
        const Stopwatch stopwatch;
        Clients clients = crowd(postgres.port(), 200);
        for (int i = 0; i < 5; ++i) {
            const Stopwatch healthStopwatch;
            CPPUNIT_ASSERT_EQUAL(200, request(postgres.port(), "GET", "/health").status);
            healthStopwatch.assertWithin(milliseconds(500));
        }
        CPPUNIT_ASSERT(clients.front()->staysSilent(milliseconds(0)));
        CPPUNIT_ASSERT(clients.back()->staysSilent(milliseconds(0)));
        assertRefused(clients);
        stopwatch.assertWithin(PostgresDaemon::answerTime);
        assertServedAgain(postgres, clients);
    }

    void whoComesLaterIsRefusedInTime() {
        PostgresDaemon postgres;
        postgres.server().freeze();
        for (int wave = 0; wave < 8; ++wave) {
            const Stopwatch stopwatch;
            Clients clients = crowd(postgres.port(), 50);
            assertRefused(clients);
            stopwatch.assertWithin(PostgresDaemon::answerTime);
        }
        postgres.assertUnharmed();
    }

private:
    using Clients = std::vector<std::unique_ptr<RawConnection>>;

    static Clients crowd(int port, int count) {
        Clients clients;
        for (int i = 0; i < count; ++i) {
            clients.push_back(std::make_unique<RawConnection>(port));
            clients.back()->send(i % 2 == 0 ? verifyRequest()
                                            : issueRequest("Ada " + std::to_string(i)));
        }
        return clients;
    }

    static void assertRefused(const Clients& clients) {
        for (const auto& client : clients) {
            const auto answer = client->receive();
            CPPUNIT_ASSERT_EQUAL(503, answer.status);
            CPPUNIT_ASSERT(!answer.header("retry-after").empty());
        }
    }

    // On the same connections, which are as good as before.
    static void assertServedAgain(PostgresDaemon& postgres, const Clients& clients) {
        postgres.server().thaw();
        postgres.daemon().waitForStatus("healthy");
        for (const auto& client : clients)
            client->send(verifyRequest());
        for (const auto& client : clients)
            CPPUNIT_ASSERT_EQUAL(404, client->receive().status);
        postgres.assertUnharmed();
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(FrozenDatabaseTest);

} // namespace kubecred::test
