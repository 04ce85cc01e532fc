#include "functional/Expectations.h"
#include "support/Daemon.h"
#include "support/PostgresServer.h"
#include "support/RawConnection.h"

namespace kubecred::test {

/// The login users that `--migrate` makes where the environment names them.
class DatabaseLoginsTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(DatabaseLoginsTest);
    CPPUNIT_TEST(makesThemAndPutsThemIntoTheirGroups);
    CPPUNIT_TEST(changesTheirPasswords);
    CPPUNIT_TEST(quotesWhatIsOdd);
    CPPUNIT_TEST(neverSendsAPassword);
    CPPUNIT_TEST(wantsAUserAndAPassword);
    CPPUNIT_TEST_SUITE_END();

public:
    void setUp() override { database_ = server().createDatabase(); }

    void makesThemAndPutsThemIntoTheirGroups() {
        const auto migrated = migrate(environment("one"));
        CPPUNIT_ASSERT_EQUAL(0, migrated.status);
        assertContains(migrated.output, "login user issuance is in kube_credential_issuance");
        CPPUNIT_ASSERT_EQUAL(
            std::string("issuance|kube_credential_issuance|f|f\n"
                        "verification|kube_credential_verification|f|f\n"),
            server().query(database_,
                           "SELECT u.rolname, g.rolname, u.rolsuper, u.rolcreaterole "
                           "FROM pg_auth_members m JOIN pg_roles u ON u.oid = m.member "
                           "JOIN pg_roles g ON g.oid = m.roleid WHERE u.rolname IN ('issuance', "
                           "'verification') ORDER BY 1"));
        auto properties = postgresProperties(server().port(), database_);
        properties["modules"] = "issuance";
        properties["database.user"] = "issuance";
        Daemon daemon({properties, {{"RDS_CLUSTER_PASSWORD", "one"}}});
        daemon.waitForStatus("healthy");
        CPPUNIT_ASSERT_EQUAL(201,
                             post(daemon.port(), "/issuance/credentials", issueBody("Ada")).status);
    }

    void changesTheirPasswords() {
        migrate(environment("one"));
        const auto before = verifier("issuance");
        CPPUNIT_ASSERT_EQUAL(0, migrate(environment("two")).status);
        CPPUNIT_ASSERT(before != verifier("issuance"));
        assertContains(before, "SCRAM-SHA-256$");
    }

    void quotesWhatIsOdd() {
        auto odd = environment("it's \"; DROP ROLE postgres; --");
        odd["ISSUANCE_DB_USERNAME"] = "Odd-user$`%I";
        CPPUNIT_ASSERT_EQUAL(0, migrate(odd).status);
        assertContains(verifier("Odd-user$`%I"), "SCRAM-SHA-256$");
    }

    // Statements may stand in the server's log.
    void neverSendsAPassword() {
        server().query(database_, "ALTER DATABASE " + database_ + " SET log_statement = 'all'");
        CPPUNIT_ASSERT_EQUAL(0, migrate(environment("never to be seen")).status);
        assertContains(server().log(), "ROLE issuance LOGIN PASSWORD");
        assertLacks(server().log(), "never to be seen");
    }

    void wantsAUserAndAPassword() {
        for (const char* missing : {"ISSUANCE_DB_USERNAME", "VERIFICATION_DB_PASSWORD"}) {
            auto half = environment("one");
            half.erase(missing);
            const auto refused = migrate(half);
            CPPUNIT_ASSERT_EQUAL(78, refused.status);
            assertContains(refused.errors, "Login.");
        }
        auto master = environment("one");
        master["ISSUANCE_DB_USERNAME"] = "postgres";
        CPPUNIT_ASSERT_EQUAL(78, migrate(master).status);
    }

private:
    static PostgresServer& server() {
        static PostgresServer shared;
        return shared;
    }

    static std::map<std::string, std::string> environment(const std::string& password) {
        return {{"ISSUANCE_DB_USERNAME", "issuance"},
                {"ISSUANCE_DB_PASSWORD", password},
                {"VERIFICATION_DB_USERNAME", "verification"},
                {"VERIFICATION_DB_PASSWORD", password}};
    }

    Finished migrate(const std::map<std::string, std::string>& environment) const {
        return runProgram(postgresProperties(server().port(), database_), {"--migrate"},
                          environment);
    }

    std::string verifier(const std::string& user) const {
        return server().query(database_,
                              "SELECT rolpassword FROM pg_authid WHERE rolname = '" + user + "'");
    }

    std::string database_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(DatabaseLoginsTest);

} // namespace kubecred::test
