#include "functional/Expectations.h"
#include "support/Daemon.h"
#include "support/PostgresServer.h"
#include "support/RawConnection.h"

#include <memory>

namespace kubecred::test {

/// The group roles that `--migrate` makes, and that each module needs no more than its own.
class DatabaseRolesTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(DatabaseRolesTest);
    CPPUNIT_TEST(rolesHaveExactlyTheirPrivileges);
    CPPUNIT_TEST(nobodyKeepsWhatWasGrantedBefore);
    CPPUNIT_TEST(rolesCannotLogIn);
    CPPUNIT_TEST(issuanceNeedsNoMoreThanItsRole);
    CPPUNIT_TEST(verificationNeedsNoMoreThanItsRole);
    CPPUNIT_TEST(verificationsRoleCannotIssue);
    CPPUNIT_TEST(whoMayNotMigrateIsToldSo);
    CPPUNIT_TEST_SUITE_END();

public:
    void setUp() override {
        database_ = server().createDatabase();
        CPPUNIT_ASSERT_EQUAL(0, runProgram(propertiesOf("postgres"), {"--migrate"}).status);
    }

    void rolesHaveExactlyTheirPrivileges() {
        CPPUNIT_ASSERT_EQUAL(std::string("kube_credential_issuance|INSERT\n"
                                         "kube_credential_issuance|SELECT\n"
                                         "kube_credential_verification|SELECT\n"),
                             server().query(database_,
                                            "SELECT grantee, privilege_type "
                                            "FROM information_schema.role_table_grants "
                                            "WHERE grantee LIKE 'kube_credential%' ORDER BY 1, 2"));
    }

    void nobodyKeepsWhatWasGrantedBefore() {
        const std::string database = server().createDatabase();
        server().query(database, "ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO PUBLIC;"
                                 "ALTER DEFAULT PRIVILEGES GRANT ALL ON TABLES TO "
                                 "kube_credential_issuance, kube_credential_verification");
        auto properties = propertiesOf("postgres");
        properties["database.name"] = database;
        CPPUNIT_ASSERT_EQUAL(0, runProgram(properties, {"--migrate"}).status);
        CPPUNIT_ASSERT_EQUAL(std::string("credentials|kube_credential_issuance|INSERT\n"
                                         "credentials|kube_credential_issuance|SELECT\n"
                                         "credentials|kube_credential_verification|SELECT\n"),
                             server().query(database, "SELECT table_name, grantee, privilege_type "
                                                      "FROM information_schema.table_privileges "
                                                      "WHERE table_schema = 'public' AND "
                                                      "grantee <> 'postgres' ORDER BY 1, 2, 3"));
    }

    void rolesCannotLogIn() {
        CPPUNIT_ASSERT_EQUAL(
            std::string("kube_credential_issuance|f|f|f\nkube_credential_verification|f|f|f\n"),
            server().query(database_,
                           "SELECT rolname, rolcanlogin, rolsuper, rolcreaterole FROM pg_roles "
                           "WHERE rolname LIKE 'kube_credential%' ORDER BY 1"));
    }

    void issuanceNeedsNoMoreThanItsRole() {
        const auto daemon = start("issuance", "kube_credential_issuance");
        CPPUNIT_ASSERT_EQUAL(201, issue(*daemon));
        CPPUNIT_ASSERT_EQUAL(409, issue(*daemon));
    }

    void verificationNeedsNoMoreThanItsRole() {
        const std::string id = "0190a5b0-0000-7000-8000-000000000001";
        server().query(database_, "INSERT INTO credentials (id, name, email, credential_type, "
                                  "issued_by) VALUES ('" +
                                      id + "', 'Ada', 'ada@example.org', 'degree', 'worker-1')");
        const auto daemon = start("verification", "kube_credential_verification");
        CPPUNIT_ASSERT_EQUAL(
            200, post(daemon->port(), "/verification/credentials", verifyBody(id)).status);
    }

    void verificationsRoleCannotIssue() {
        const auto daemon = start("issuance", "kube_credential_verification", "degraded");
        CPPUNIT_ASSERT_EQUAL(503, issue(*daemon));
        assertContains(daemon->log(), "database grants too little");
        CPPUNIT_ASSERT_EQUAL(std::string("degraded"),
                             request(daemon->port(), "GET", "/health").text("status"));
        CPPUNIT_ASSERT_EQUAL(std::string("0\n"),
                             server().query(database_, "SELECT count(*) FROM credentials"));
    }

    // The database is in reach: it is of no use to try again.
    void whoMayNotMigrateIsToldSo() {
        const std::string user = login("kube_credential_verification");
        const std::string empty = server().createDatabase();
        auto properties = propertiesOf(user);
        properties["database.name"] = empty;
        const auto refused = runProgram(properties, {"--migrate"});
        CPPUNIT_ASSERT_EQUAL(1, refused.status);
        CPPUNIT_ASSERT(!refused.errors.empty());
    }

private:
    static PostgresServer& server() {
        static PostgresServer shared;
        return shared;
    }

    std::map<std::string, std::string> propertiesOf(const std::string& user) const {
        auto properties = postgresProperties(server().port(), database_);
        properties["database.user"] = user;
        return properties;
    }

    /// A user that is in this group and in no other.
    std::string login(const std::string& group) const {
        const std::string user = "user_of_" + database_;
        server().query(database_, "CREATE ROLE " + user + " LOGIN IN ROLE " + group);
        return user;
    }

    std::unique_ptr<Daemon> start(const std::string& module, const std::string& group,
                                  const std::string& status = "healthy") const {
        auto properties = propertiesOf(login(group));
        properties["modules"] = module;
        auto daemon = std::make_unique<Daemon>(DaemonOptions{properties});
        daemon->waitForStatus(status);
        return daemon;
    }

    static int issue(const Daemon& daemon) {
        return post(daemon.port(), "/issuance/credentials", issueBody("Ada")).status;
    }

    std::string database_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(DatabaseRolesTest);

} // namespace kubecred::test
