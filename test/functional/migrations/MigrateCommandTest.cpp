#include "functional/Expectations.h"
#include "support/Daemon.h"
#include "support/PostgresServer.h"

#include <Poco/Net/ServerSocket.h>

namespace kubecred::test {

/// `--migrate` and `--migrate-status`, what they print and how they end.
class MigrateCommandTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(MigrateCommandTest);
    CPPUNIT_TEST(migratesSqlite);
    CPPUNIT_TEST(migratesPostgres);
    CPPUNIT_TEST(saysThatTheDatabaseIsOutOfReach);
    CPPUNIT_TEST(givesUpOnADatabaseThatNeverAnswers);
    CPPUNIT_TEST(doesNotMigrateForAStatus);
    CPPUNIT_TEST_SUITE_END();

public:
    void migratesSqlite() {
        const TemporaryDirectory directory;
        auto properties = sqliteProperties();
        properties["database.path"] = (directory.path() / "new" / "folder" / "test.db").string();
        assertMigrates(properties);
    }

    void migratesPostgres() {
        PostgresServer server;
        assertMigrates(postgresProperties(server.port(), server.createDatabase()));
    }

    void saysThatTheDatabaseIsOutOfReach() {
        for (const char* command : {"--migrate", "--migrate-status"}) {
            const auto ended = runProgram(postgresProperties(freePort(), "nothing"), {command});
            CPPUNIT_ASSERT_EQUAL(69, ended.status);
            assertContains(ended.errors, "database");
        }
    }

    void givesUpOnADatabaseThatNeverAnswers() {
        const Poco::Net::ServerSocket silent(Poco::Net::SocketAddress("127.0.0.1", 0));
        const Stopwatch stopwatch;
        const auto ended =
            runProgram(postgresProperties(silent.address().port(), "nothing"), {"--migrate"});
        CPPUNIT_ASSERT_EQUAL(69, ended.status);
        stopwatch.assertWithin(std::chrono::seconds(10));
    }

    void doesNotMigrateForAStatus() {
        const TemporaryDirectory directory;
        auto properties = sqliteProperties();
        properties["database.path"] = (directory.path() / "test.db").string();
        CPPUNIT_ASSERT_EQUAL(3, runProgram(properties, {"--migrate-status"}).status);
        CPPUNIT_ASSERT_EQUAL(3, runProgram(properties, {"--migrate-status"}).status);
    }

private:
    static void assertMigrates(const std::map<std::string, std::string>& properties) {
        const auto before = runProgram(properties, {"--migrate-status"});
        CPPUNIT_ASSERT_EQUAL(3, before.status);
        assertContains(before.output, "pending V001__create_credentials");

        const auto migrated = runProgram(properties, {"--migrate"});
        CPPUNIT_ASSERT_EQUAL(0, migrated.status);
        assertContains(migrated.output, "applied V001__create_credentials");
        const auto again = runProgram(properties, {"--migrate"});
        CPPUNIT_ASSERT_EQUAL(0, again.status);
        assertLacks(again.output, "applied ");

        const auto after = runProgram(properties, {"--migrate-status"});
        CPPUNIT_ASSERT_EQUAL(0, after.status);
        assertContains(after.output, "applied V001__create_credentials");
        assertLacks(after.output, "pending");
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(MigrateCommandTest);

} // namespace kubecred::test
