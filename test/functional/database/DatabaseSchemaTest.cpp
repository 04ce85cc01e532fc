#include "functional/Expectations.h"
#include "functional/migrations/EarlierSchema.h"
#include "support/Daemon.h"
#include "support/PostgresServer.h"
#include "support/RawConnection.h"

#include <memory>
#include <string>

namespace kubecred::test {

/// `database.schema`: where the tables stand.
class DatabaseSchemaTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(DatabaseSchemaTest);
    CPPUNIT_TEST(makesTheSchema);
    CPPUNIT_TEST(adoptsATableOfTheSchema);
    CPPUNIT_TEST(needsNoMoreThanTheRoles);
    CPPUNIT_TEST(quotesItsName);
    CPPUNIT_TEST(findsNothingInAnotherSchema);
    CPPUNIT_TEST(passesOverNoTableOfAnEarlierRelease);
    CPPUNIT_TEST_SUITE_END();

public:
    void setUp() override {
        database_ = server().createDatabase();
        properties_ = postgresProperties(server().port(), database_);
        properties_["database.schema"] = "kube_credential_2";
    }

    void makesTheSchema() {
        CPPUNIT_ASSERT_EQUAL(3, runProgram(properties_, {"--migrate-status"}).status);
        assertMigrates();
        assertMigrates();
        CPPUNIT_ASSERT_EQUAL(0, runProgram(properties_, {"--migrate-status"}).status);
        assertServes("postgres");
        CPPUNIT_ASSERT_EQUAL(std::string("kube_credential_2|credentials\n"
                                         "kube_credential_2|schema_migrations\n"),
                             query("SELECT schemaname, tablename FROM pg_tables WHERE schemaname "
                                   "NOT IN ('pg_catalog', 'information_schema') ORDER BY 2"));
        CPPUNIT_ASSERT_EQUAL(std::string("1\n"),
                             query("SELECT count(*) FROM kube_credential_2.credentials"));
    }

    void adoptsATableOfTheSchema() {
        query("CREATE SCHEMA kube_credential_2; SET search_path = kube_credential_2;" +
              std::string(earlierSchema));
        query("CREATE TABLE credentials (nonsense integer)"); // in another one
        assertMigrates();
        assertServes("postgres");
    }

    // Nobody else may use the schema, and nothing is granted there by default.
    void needsNoMoreThanTheRoles() {
        assertMigrates();
        query("REVOKE ALL ON SCHEMA public FROM PUBLIC");
        const std::string user = "user_of_" + database_;
        query("CREATE ROLE " + user +
              " LOGIN IN ROLE kube_credential_issuance, kube_credential_verification");
        assertServes(user);
    }

    void quotesItsName() {
        properties_["database.schema"] = "table";
        assertMigrates();
        assertServes("postgres");
    }

    void findsNothingInAnotherSchema() {
        assertMigrates();
        properties_["database.schema"] = "other";
        query("ALTER DATABASE " + database_ + " SET search_path = kube_credential_2");
        CPPUNIT_ASSERT_EQUAL(3, runProgram(properties_, {"--migrate-status"}).status);
        const Daemon daemon({properties_});
        daemon.waitForStatus("degraded");
        assertContains(daemon.log(), "database has no schema");
    }

    // Which found it by the search path.
    void passesOverNoTableOfAnEarlierRelease() {
        query("CREATE SCHEMA kube; SET search_path = kube; " + std::string(earlierSchema));
        query("ALTER DATABASE " + database_ + " SET search_path = kube, public");
        properties_.erase("database.schema");
        const auto refused = runProgram(properties_, {"--migrate"});
        CPPUNIT_ASSERT_EQUAL(1, refused.status);
        assertContains(refused.errors, "in the schema kube: name that one by database.schema");
        properties_["database.schema"] = "kube";
        assertMigrates();
        // Who names another one has chosen.
        properties_["database.schema"] = "another";
        assertMigrates();
        properties_["database.schema"] = "kube";
        assertServes("postgres");
    }

private:
    static PostgresServer& server() {
        static PostgresServer shared;
        return shared;
    }

    std::string query(const std::string& sql) const { return server().query(database_, sql); }

    void assertMigrates() const {
        const auto migrated = runProgram(properties_, {"--migrate"});
        CPPUNIT_ASSERT_EQUAL_MESSAGE(migrated.errors, 0, migrated.status);
    }

    void assertServes(const std::string& user) const {
        auto properties = properties_;
        properties["database.user"] = user;
        const Daemon daemon({properties});
        daemon.waitForStatus("healthy");
        const auto issued = post(daemon.port(), "/issuance/credentials", issueBody("Ada"));
        CPPUNIT_ASSERT_EQUAL(201, issued.status);
        CPPUNIT_ASSERT_EQUAL(409,
                             post(daemon.port(), "/issuance/credentials", issueBody("Ada")).status);
        CPPUNIT_ASSERT_EQUAL(200, post(daemon.port(), "/verification/credentials",
                                       verifyBody(issued.text("credential.id")))
                                      .status);
    }

    std::string database_;
    std::map<std::string, std::string> properties_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(DatabaseSchemaTest);

} // namespace kubecred::test
