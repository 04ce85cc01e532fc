#include "functional/Expectations.h"
#include "support/Daemon.h"
#include "support/PostgresServer.h"

#include <filesystem>
#include <iterator>
#include <memory>

namespace kubecred::test {
namespace {

constexpr int crowd = 20;

/// Runs `--migrate` so many times at once; returns how many said that they applied V001.
int migrateAtOnce(const std::map<std::string, std::string>& properties) {
    const TemporaryDirectory directory;
    const auto file = directory.path() / "test.properties";
    std::string text;
    for (const auto& [key, value] : properties)
        text += key + "=" + value + "\n";
    writeFile(file, text);
    std::vector<std::unique_ptr<Process>> processes;
    for (int i = 0; i < crowd; ++i) {
        Process::Options options;
        options.output = directory.path() / ("output" + std::to_string(i));
        options.errors = directory.path() / "errors";
        processes.push_back(std::make_unique<Process>(
            std::vector<std::string>{KUBECRED_BINARY, "--config=" + file.string(), "--migrate"},
            options));
    }
    for (const auto& process : processes)
        CPPUNIT_ASSERT_EQUAL_MESSAGE(readFile(directory.path() / "errors"), 0,
                                     process->wait(std::chrono::seconds(60)).value_or(-1));
    int applied = 0;
    for (int i = 0; i < crowd; ++i) {
        const auto output = readFile(directory.path() / ("output" + std::to_string(i)));
        if (output.find("applied V001__create_credentials") != std::string::npos)
            ++applied;
    }
    return applied;
}

} // namespace

/// A deployment may start any number of migrations at once.
class MigrationConcurrencyTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(MigrationConcurrencyTest);
    CPPUNIT_TEST(oneOfManyMigratesPostgres);
    CPPUNIT_TEST(oneOfManyMigratesSqlite);
    CPPUNIT_TEST(refusesAChangedMigrationByName);
    CPPUNIT_TEST_SUITE_END();

public:
    void oneOfManyMigratesPostgres() {
        const std::string database = server().createDatabase();
        const auto properties = postgresProperties(server().port(), database);
        CPPUNIT_ASSERT_EQUAL(1, migrateAtOnce(properties));
        const std::filesystem::path folder = KUBECRED_SOURCE_DIR "/app/migrations/postgresql";
        const auto files = std::distance(std::filesystem::directory_iterator(folder), {});
        CPPUNIT_ASSERT_EQUAL(std::to_string(files) + "\n",
                             server().query(database, "SELECT count(*) FROM schema_migrations"));
        CPPUNIT_ASSERT_EQUAL(std::string("credentials\nschema_migrations\n"),
                             server().query(database, "SELECT tablename FROM pg_tables "
                                                      "WHERE schemaname = 'public' ORDER BY 1"));
        assertServes(properties);
    }

    void oneOfManyMigratesSqlite() {
        const TemporaryDirectory directory;
        auto properties = sqliteProperties();
        properties["database.path"] = (directory.path() / "test.db").string();
        properties["database.migrateOnStart"] = "false";
        CPPUNIT_ASSERT_EQUAL(1, migrateAtOnce(properties));
        assertServes(properties);
    }

    void refusesAChangedMigrationByName() {
        const std::string database = server().createDatabase();
        const auto properties = postgresProperties(server().port(), database);
        CPPUNIT_ASSERT_EQUAL(0, runProgram(properties, {"--migrate"}).status);
        server().query(database, "UPDATE schema_migrations SET checksum = repeat('0', 64)");
        for (const char* command : {"--migrate", "--migrate-status"}) {
            const auto refused = runProgram(properties, {command});
            CPPUNIT_ASSERT_EQUAL(1, refused.status);
            assertContains(refused.errors, "V001__create_credentials");
        }
    }

private:
    static PostgresServer& server() {
        static PostgresServer shared;
        return shared;
    }

    static void assertServes(const std::map<std::string, std::string>& properties) {
        CPPUNIT_ASSERT_EQUAL(0, runProgram(properties, {"--migrate-status"}).status);
        const Daemon daemon({properties});
        daemon.waitForStatus("healthy");
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(MigrationConcurrencyTest);

} // namespace kubecred::test
