#include "functional/Expectations.h"
#include "support/Daemon.h"
#include "support/PostgresServer.h"
#include "support/RawConnection.h"
#include "support/SilentAddress.h"

#include <Poco/Net/DatagramSocket.h>

#include <signal.h>

#include <memory>

namespace kubecred::test {

using std::chrono::seconds;

/// Names of hosts that cannot be looked up in time, or that have an address that is silent.
class NameFaults : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(NameFaults);
    CPPUNIT_TEST(aSilentNameServerBeforeTheDatabase);
    CPPUNIT_TEST(aSilentNameServerBeforeThePeer);
    CPPUNIT_TEST(aSilentNameServerAtTheStart);
    CPPUNIT_TEST(aSilentNameServerAtAMigration);
    CPPUNIT_TEST(aSilentAddressOfTheDatabase);
    CPPUNIT_TEST(aSilentAddressOfThePeer);
    CPPUNIT_TEST(whatTheEnvironmentSaysOfDatabases);
    CPPUNIT_TEST_SUITE_END();

public:
    void setUp() override {
        nameServer_ =
            std::make_unique<Poco::Net::DatagramSocket>(Poco::Net::SocketAddress("127.1.2.53", 53));
        writeFile(nameServers_, "nameserver 127.1.2.53\n");
        writeFile(hosts_, "::1 two.test\n127.0.0.1 two.test\n");
    }

    void aSilentNameServerBeforeTheDatabase() {
        auto properties = postgresProperties(freePort(), "nothing");
        properties["database.host"] = "db.test";
        Daemon daemon({properties, {}, {}, silentNames()});
        for (int i = 0; i < 3; ++i) {
            assertAnswers(503, daemon, "/issuance/credentials", issueBody("Ada"));
            assertAnswers(503, daemon, "/verification/credentials", verifyBody(unknown));
        }
        daemon.waitForStatus("degraded");
        assertEndsSoon(daemon);
    }

    void aSilentNameServerBeforeThePeer() {
        PostgresServer server;
        Daemon daemon({crossChecking(server, "http://issuance.test:3000"),
                       {{"CROSS_CHECK_KEY", "between us"}},
                       {},
                       silentNames()});
        daemon.waitForStatus("healthy");
        for (int i = 0; i < 3; ++i)
            assertAnswers(404, daemon, "/verification/credentials", verifyBody(unknown));
        assertEndsSoon(daemon);
    }

    void aSilentNameServerAtTheStart() {
        const Stopwatch stopwatch;
        Daemon daemon({sqliteProperties(),
                       {{"ECS_CONTAINER_METADATA_URI_V4", "http://metadata.test/v4"}},
                       {},
                       silentNames()});
        stopwatch.assertWithin(seconds(5));
        daemon.waitForStatus("healthy");
        assertEndsSoon(daemon);
    }

    void aSilentNameServerAtAMigration() {
        auto properties = postgresProperties(freePort(), "nothing");
        properties["database.host"] = "db.test";
        for (const char* command : {"--migrate", "--migrate-status"}) {
            const Stopwatch stopwatch;
            CPPUNIT_ASSERT_EQUAL(69, runProgram(properties, {command}, {}, silentNames()).status);
            stopwatch.assertWithin(seconds(8));
        }
    }

    void aSilentAddressOfTheDatabase() {
        PostgresServer server;
        const SilentAddress silent("::1", server.port());
        auto properties = postgresProperties(server.port(), server.createDatabase());
        properties["database.host"] = "two.test";
        for (const char* command : {"--migrate", "--migrate-status"}) {
            const Stopwatch stopwatch;
            const auto ended = runProgram(properties, {command}, {}, twoAddresses());
            CPPUNIT_ASSERT_EQUAL_MESSAGE(ended.errors, 0, ended.status);
            stopwatch.assertWithin(seconds(8));
        }
        Daemon daemon({properties, {}, {}, twoAddresses()});
        daemon.waitForStatus("healthy");
        assertAnswers(201, daemon, "/issuance/credentials", issueBody("Ada"));
        assertAnswers(404, daemon, "/verification/credentials", verifyBody(unknown));
        assertEndsSoon(daemon);
    }

    void aSilentAddressOfThePeer() {
        PostgresServer server;
        auto properties = postgresProperties(server.port(), server.createDatabase());
        properties["database.migrateOnStart"] = "true";
        Daemon issuance({properties, {{"CROSS_CHECK_KEY", "between us"}}});
        issuance.waitForStatus("healthy");
        const auto issued = post(issuance.port(), "/issuance/credentials", issueBody("Ada"));
        CPPUNIT_ASSERT_EQUAL(201, issued.status);

        const SilentAddress silent("::1", issuance.port());
        Daemon daemon({crossChecking(server, "http://two.test:" + std::to_string(issuance.port())),
                       {{"CROSS_CHECK_KEY", "between us"}},
                       {},
                       twoAddresses()});
        daemon.waitForStatus("healthy");
        assertAnswers(200, daemon, "/verification/credentials",
                      verifyBody(issued.text("credential.id")));
        assertEndsSoon(daemon);
    }

    void whatTheEnvironmentSaysOfDatabases() {
        PostgresServer server;
        const SilentAddress silent("127.1.2.3");
        auto properties = postgresProperties(server.port(), server.createDatabase());
        properties["database.host"] = "two.test";
        const std::map<std::string, std::string> environment{
            {"PGHOSTADDR", "127.1.2.3"},
            {"PGPORT", std::to_string(silent.port())},
            {"PGSERVICE", "elsewhere"}};
        const auto ended = runProgram(properties, {"--migrate"}, environment, twoAddresses());
        CPPUNIT_ASSERT_EQUAL_MESSAGE(ended.errors, 0, ended.status);
    }

    void tearDown() override { nameServer_.reset(); }

private:
    static constexpr const char* unknown = "0190a5b0-0000-7000-8000-000000000001";

    std::vector<std::string> silentNames() const {
        return withSystemFile("/etc/resolv.conf", nameServers_);
    }

    std::vector<std::string> twoAddresses() const { return withSystemFile("/etc/hosts", hosts_); }

    // Verifies with an empty database of its own.
    static std::map<std::string, std::string> crossChecking(PostgresServer& server,
                                                            const std::string& peer) {
        auto properties = postgresProperties(server.port(), server.createDatabase());
        properties["database.migrateOnStart"] = "true";
        properties["verification.crossCheck"] = peer;
        return properties;
    }

    static void assertAnswers(int status, Daemon& daemon, const std::string& path,
                              const std::string& body) {
        const Stopwatch stopwatch;
        CPPUNIT_ASSERT_EQUAL(status, post(daemon.port(), path, body).status);
        stopwatch.assertWithin(seconds(5));
    }

    static void assertEndsSoon(Daemon& daemon) {
        const Stopwatch stopwatch;
        CPPUNIT_ASSERT_EQUAL(0, daemon.stop());
        stopwatch.assertWithin(seconds(6));
        CPPUNIT_ASSERT_EQUAL(std::string(), daemon.errors());
    }

    // Takes every question, and answers none.
    std::unique_ptr<Poco::Net::DatagramSocket> nameServer_;
    const TemporaryDirectory directory_;
    const std::string nameServers_ = (directory_.path() / "resolv.conf").string();
    const std::string hosts_ = (directory_.path() / "hosts").string();
};

CPPUNIT_TEST_SUITE_REGISTRATION(NameFaults);

} // namespace kubecred::test
