#include "functional/Expectations.h"
#include "support/Daemon.h"
#include "support/PostgresServer.h"
#include "support/RawConnection.h"

namespace kubecred::test {

/// The environment variables at work in a running daemon.
class EnvironmentTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(EnvironmentTest);
    CPPUNIT_TEST(portWinsOverTheFile);
    CPPUNIT_TEST(logLevelIsObeyed);
    CPPUNIT_TEST(healthTokenOpensTheDetails);
    CPPUNIT_TEST(databaseVariablesReachPostgres);
    CPPUNIT_TEST(databaseVariablesLeaveSqliteAlone);
    CPPUNIT_TEST(valuesAreTakenLiterally);
    CPPUNIT_TEST_SUITE_END();

public:
    void portWinsOverTheFile() {
        const int port = freePort();
        auto properties = sqliteProperties();
        properties["http.port"] = "1"; // which the test could not be reached on
        Process::Options options;
        options.environment["PORT"] = std::to_string(port);
        const TemporaryDirectory directory;
        properties["database.path"] = (directory.path() / "test.db").string();
        std::string text;
        for (const auto& [key, value] : properties)
            text += key + "=" + value + "\n";
        writeFile(directory.path() / "test.properties", text);
        Process process(
            {KUBECRED_BINARY, "--config=" + (directory.path() / "test.properties").string()},
            options);
        for (int attempt = 0; attempt < 1500; ++attempt) {
            try {
                CPPUNIT_ASSERT_EQUAL(200, request(port, "GET", "/health").status);
                return;
            } catch (const Poco::Exception&) {
                CPPUNIT_ASSERT(process.running());
                process.wait(std::chrono::milliseconds(20));
            }
        }
        CPPUNIT_FAIL("nobody listens on the port that PORT names");
    }

    void logLevelIsObeyed() {
        Daemon quiet({sqliteProperties(), {{"LOG_LEVEL", "error"}}});
        quiet.waitForStatus("healthy");
        CPPUNIT_ASSERT_EQUAL(0, quiet.stop());
        CPPUNIT_ASSERT_EQUAL(std::string(), quiet.log());

        Daemon usual({sqliteProperties(), {{"LOG_LEVEL", "INFO"}}});
        usual.waitForStatus("healthy");
        CPPUNIT_ASSERT_EQUAL(0, usual.stop());
        assertContains(usual.log(), "\"route\":\"/health\"");
    }

    void healthTokenOpensTheDetails() {
        Daemon daemon({sqliteProperties(), {{"HEALTH_TOKEN", "open-sesame"}}});
        CPPUNIT_ASSERT_EQUAL(401, request(daemon.port(), "GET", "/health/details").status);
        const auto details = request(daemon.port(), "GET", "/health/details", "",
                                     {"Authorization: Bearer open-sesame"});
        CPPUNIT_ASSERT_EQUAL(200, details.status);
        daemon.stop();
        assertLacks(details.body + daemon.log() + daemon.errors(), "sesame");
    }

    void databaseVariablesReachPostgres() {
        PostgresServer server;
        const std::string database = server.createDatabase();
        const std::map<std::string, std::string> environment{
            {"RDS_CLUSTER_HOST", "127.0.0.1"},
            {"DB_PORT", std::to_string(server.port())},
            {"DB_NAME", database},
            {"RDS_CLUSTER_USERNAME", "postgres"},
            {"RDS_CLUSTER_PASSWORD", "trusted anyway"},
            {"DB_SSLMODE", "disable"}};
        const std::map<std::string, std::string> properties{
            {"modules", "issuance"},
            {"database.driver", "postgresql"},
            {"database.host", "192.0.2.1"}, // an address that is nobody's
            {"database.port", "1"}};
        CPPUNIT_ASSERT_EQUAL(0, runProgram(properties, {"--migrate"}, environment).status);
        Daemon daemon({properties, environment});
        daemon.waitForStatus("healthy");
        CPPUNIT_ASSERT_EQUAL(201,
                             post(daemon.port(), "/issuance/credentials", issueBody("Ada")).status);
        CPPUNIT_ASSERT_EQUAL(std::string("1\n"),
                             server.query(database, "SELECT count(*) FROM credentials"));
    }

    void databaseVariablesLeaveSqliteAlone() {
        Daemon daemon({sqliteProperties(),
                       {{"RDS_CLUSTER_HOST", "127.0.0.1"},
                        {"DB_PORT", std::to_string(freePort())},
                        {"DB_NAME", "nothing"},
                        {"RDS_CLUSTER_USERNAME", "nobody"}}});
        daemon.waitForStatus("healthy");
        CPPUNIT_ASSERT_EQUAL(201,
                             post(daemon.port(), "/issuance/credentials", issueBody("Ada")).status);
    }

    void valuesAreTakenLiterally() {
        auto properties = sqliteProperties();
        properties["service.name"] = "${system.osName} in file";
        Daemon daemon({properties,
                       {{"WORKER_ID", "${system.env.PATH}"}},
                       {"--define=database.name=${application.path}"}});
        daemon.waitForStatus("healthy");
        CPPUNIT_ASSERT_EQUAL(std::string("${system.osName} in file"),
                             request(daemon.port(), "GET", "/health").text("service"));
        const auto issued = post(daemon.port(), "/issuance/credentials", issueBody("Ada"));
        CPPUNIT_ASSERT_EQUAL(std::string("${system.env.PATH}"), issued.text("credential.issuedBy"));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(EnvironmentTest);

} // namespace kubecred::test
