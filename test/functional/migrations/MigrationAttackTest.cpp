#include "EarlierSchema.h"
#include "functional/Expectations.h"
#include "support/Daemon.h"
#include "support/ForeignSession.h"
#include "support/PostgresServer.h"
#include "support/RawConnection.h"

#include <string>

namespace kubecred::test {

/// A login that may make things in the schema of the tables, and in one that stands before it in
/// everybody's search path, has nothing of its own run by the owner who migrates.
class MigrationAttackTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(MigrationAttackTest);
    CPPUNIT_TEST(theTrapSprings);
    CPPUNIT_TEST(runsNoFunctionOfOthers);
    CPPUNIT_TEST(runsNoneWhenItRunsAgain);
    CPPUNIT_TEST(servesWithoutThem);
    CPPUNIT_TEST(trustsNoTableOfOthers);
    CPPUNIT_TEST_SUITE_END();

public:
    void setUp() override {
        database_ = server().createDatabase();
        mallory_ = "mallory_of_" + database_;
        properties_ = postgresProperties(server().port(), database_);
        query("CREATE ROLE " + mallory_ + " LOGIN");
        query("GRANT CREATE ON SCHEMA public TO " + mallory_);
        query("CREATE SCHEMA shared; GRANT ALL ON SCHEMA shared TO " + mallory_);
        query("ALTER DATABASE " + database_ + " SET search_path = shared, public, pg_catalog");
    }

    // What the other tests stand on: who looks for names by the path does run them.
    void theTrapSprings() {
        setTraps();
        query("SELECT format('%s'::text, 'x'::text)");
        CPPUNIT_ASSERT(isCaught());
    }

    void runsNoFunctionOfOthers() {
        query("SET search_path = public;" + std::string(earlierSchema));
        setTraps();
        assertMigrates();
        CPPUNIT_ASSERT(!isCaught());
    }

    void runsNoneWhenItRunsAgain() {
        assertMigrates();
        setTraps();
        assertMigrates();
        CPPUNIT_ASSERT_EQUAL(0, runProgram(properties_, {"--migrate-status"}).status);
        CPPUNIT_ASSERT(!isCaught());
    }

    void servesWithoutThem() {
        assertMigrates();
        setTraps();
        Daemon daemon({properties_});
        daemon.waitForStatus("healthy");
        const auto issued = post(daemon.port(), "/issuance/credentials", issueBody("Ada"));
        CPPUNIT_ASSERT_EQUAL(201, issued.status);
        CPPUNIT_ASSERT_EQUAL(409,
                             post(daemon.port(), "/issuance/credentials", issueBody("Ada")).status);
        CPPUNIT_ASSERT_EQUAL(200, post(daemon.port(), "/verification/credentials",
                                       verifyBody(issued.text("credential.id")))
                                      .status);
        CPPUNIT_ASSERT_EQUAL(0, daemon.stop());
        CPPUNIT_ASSERT(!isCaught());
    }

    // The trigger of a table runs with the rights of who writes to it.
    void trustsNoTableOfOthers() {
        ForeignSession mallory(server().port(), database_, mallory_);
        setTraps();
        mallory.run("CREATE TABLE public.schema_migrations (name varchar(255) PRIMARY KEY, "
                    "checksum char(64) NOT NULL, applied_at timestamp NOT NULL DEFAULT now());"
                    "CREATE TRIGGER trap BEFORE INSERT ON public.schema_migrations "
                    "FOR EACH ROW EXECUTE FUNCTION shared.trap_row()");
        for (const char* command : {"--migrate", "--migrate-status"}) {
            const auto refused = runProgram(properties_, {command});
            CPPUNIT_ASSERT_EQUAL(1, refused.status);
            assertContains(refused.errors, "belongs to the role " + mallory_);
        }
        CPPUNIT_ASSERT(!isCaught());
        query("ALTER TABLE public.schema_migrations DISABLE TRIGGER ALL;"
              "ALTER TABLE public.schema_migrations OWNER TO postgres");
        assertMigrates();
    }

private:
    static PostgresServer& server() {
        static PostgresServer shared;
        return shared;
    }

    std::string query(const std::string& sql) const { return server().query(database_, sql); }

    // Functions and operators that fit better than PostgreSQL's own; whoever calls one gives
    // Mallory more than she should have.
    void setTraps() const {
        ForeignSession mallory(server().port(), database_, mallory_);
        mallory.run("CREATE FUNCTION shared.trap() RETURNS integer LANGUAGE plpgsql AS $$BEGIN "
                    "EXECUTE pg_catalog.concat('GRANT CREATE ON DATABASE ', "
                    "pg_catalog.current_database(), ' TO " +
                    mallory_ +
                    "'); RETURN 1; EXCEPTION WHEN OTHERS THEN RETURN 0; END$$;"
                    "CREATE FUNCTION shared.trap_row() RETURNS trigger LANGUAGE plpgsql AS "
                    "$$BEGIN PERFORM shared.trap(); RETURN NEW; END$$;");
        for (const std::string schema : {"shared", "public"}) {
            const auto trap = [&](const std::string& name, const std::string& arguments,
                                  const std::string& result, const std::string& value) {
                mallory.run("CREATE FUNCTION " + schema + "." + name + "(" + arguments +
                            ") RETURNS " + result +
                            " LANGUAGE plpgsql AS $$BEGIN "
                            "PERFORM shared.trap(); RETURN " +
                            value + "; END$$");
            };
            trap("format", "text, text", "text", "$1");
            trap("format", "text, name", "text", "$1");
            trap("format", "text, text, text, text, text", "text", "$1");
            trap("to_regclass", "text", "regclass", "NULL::pg_catalog.regclass");
            trap("pg_advisory_xact_lock", "bigint", "void", "");
            trap("set_config", "text, text, boolean", "text", "$2");
            trap("current_setting", "text", "text", "''::text");
            trap("current_database", "", "name", "''::name");
            trap("string_agg", "text, text", "text", "$1");
            trap("gen_random_uuid", "", "uuid", "'6fa459ea-ee8a-4ca4-894e-db77e160355e'::uuid");
            trap("same", "name, text", "boolean", "true");
            trap("same_text", "text, text", "boolean", "true");
            trap("same_name", "varchar, varchar", "boolean", "true");
            for (const std::string& operands :
                 {"FUNCTION = " + schema + ".same, LEFTARG = name, RIGHTARG = text",
                  "FUNCTION = " + schema + ".same_text, LEFTARG = text, RIGHTARG = text",
                  "FUNCTION = " + schema + ".same_name, LEFTARG = varchar, RIGHTARG = varchar"})
                mallory.run("CREATE OPERATOR " + schema + ".= (" + operands + ")");
            mallory.run("CREATE FUNCTION " + schema +
                        ".gather(text[], text) RETURNS text[] "
                        "LANGUAGE plpgsql AS $$BEGIN PERFORM shared.trap(); RETURN $1; END$$;"
                        "CREATE AGGREGATE " +
                        schema + ".array_agg(text) (SFUNC = " + schema +
                        ".gather, STYPE = text[]);"
                        "CREATE VIEW " +
                        schema +
                        ".pg_roles AS SELECT 'x'::name AS rolname, "
                        "shared.trap();"
                        "CREATE VIEW " +
                        schema +
                        ".pg_settings AS SELECT 'x'::text AS name, "
                        "''::text AS setting, 'user'::text AS context, shared.trap()");
        }
    }

    bool isCaught() const {
        return query("SELECT pg_catalog.has_database_privilege('" + mallory_ +
                     "', pg_catalog.current_database(), 'CREATE')") == "t\n";
    }

    void assertMigrates() const {
        const auto migrated =
            runProgram(properties_, {"--migrate"},
                       {{"ISSUANCE_DB_USERNAME", "issuer"}, {"ISSUANCE_DB_PASSWORD", "secret"}});
        CPPUNIT_ASSERT_EQUAL_MESSAGE(migrated.errors, 0, migrated.status);
    }

    std::string database_;
    std::string mallory_;
    std::map<std::string, std::string> properties_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(MigrationAttackTest);

} // namespace kubecred::test
