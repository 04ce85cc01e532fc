#include "storage/Statements.h"
#include "SharedPostgres.h"
#include "kubecred/Resolver.h"
#include "storage/Database.h"
#include "storage/sessions/postgresql/PostgresConnection.h"
#include "storage/sessions/postgresql/PostgresSchema.h"
#include "support/TemporaryDirectory.h"

#include <cppunit/extensions/HelperMacros.h>

#include <sqlite3.h>

#include <chrono>
#include <functional>
#include <string>

namespace kubecred::test {

using storage::Statement;

/// Every statement, as the databases themselves read it.
class StatementsTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(StatementsTest);
    CPPUNIT_TEST(postgresqlTakesEach);
    CPPUNIT_TEST(sqliteTakesEach);
    CPPUNIT_TEST_SUITE_END();

public:
    void postgresqlTakesEach() {
        const auto settings = emptyPostgresDatabase();
        storage::makeMigrator(settings)->migrate([](std::string_view) {});
        const auto soon = std::chrono::steady_clock::now() + std::chrono::seconds(20);
        storage::PostgresConnection connection(settings.postgres, Resolver(), soon);
        int taken = 0;
        forEach([&](const std::string& name, const Statement& statement) {
            try {
                const auto sql = storage::inSchema(statement.postgresql, settings.postgres.schema);
                connection.prepare(name.c_str(), sql, soon);
                ++taken;
            } catch (const storage::StorageError& error) {
                CPPUNIT_FAIL(name + ": " + error.databaseMessage());
            }
        });
        CPPUNIT_ASSERT(taken > 0);
    }

    void sqliteTakesEach() {
        const TemporaryDirectory directory;
        storage::DatabaseSettings settings;
        settings.path = (directory.path() / "test.db").string();
        storage::makeMigrator(settings)->migrate([](std::string_view) {});
        sqlite3* database = nullptr;
        CPPUNIT_ASSERT_EQUAL(SQLITE_OK, sqlite3_open(settings.path.c_str(), &database));
        int taken = 0;
        forEach([&](const std::string& name, const Statement& statement) {
            if (statement.sqlite.empty())
                return; // PostgreSQL's alone
            sqlite3_stmt* prepared = nullptr;
            const std::string sql(statement.sqlite);
            const int status = sqlite3_prepare_v2(database, sql.c_str(), -1, &prepared, nullptr);
            CPPUNIT_ASSERT_EQUAL_MESSAGE(name + ": " + sqlite3_errmsg(database), SQLITE_OK, status);
            sqlite3_finalize(prepared);
            ++taken;
        });
        CPPUNIT_ASSERT(taken > 0);
        sqlite3_close(database);
    }

private:
    static void forEach(const std::function<void(const std::string&, const Statement&)>& check) {
        for (const auto* statement : storage::sql::reading::all())
            check(std::string("reading/") + statement->name, *statement);
        for (const auto* statement : storage::sql::writing::all())
            check(std::string("writing/") + statement->name, *statement);
        for (const auto* statement : storage::sql::opening::all())
            check(std::string("opening/") + statement->name, *statement);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(StatementsTest);

} // namespace kubecred::test
