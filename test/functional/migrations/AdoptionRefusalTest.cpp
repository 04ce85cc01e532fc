#include "EarlierSchema.h"
#include "functional/Expectations.h"
#include "support/Daemon.h"
#include "support/PostgresServer.h"
#include "support/RawConnection.h"

#include <string>
#include <utility>

namespace kubecred::test {

/// Which tables are adopted, and that each other one is refused with the reason.
class AdoptionRefusalTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(AdoptionRefusalTest);
    CPPUNIT_TEST(refusesTablesThatCannotWork);
    CPPUNIT_TEST(refusesAnotherEncoding);
    CPPUNIT_TEST(tellsEveryReasonAtOnce);
    CPPUNIT_TEST(grantsNothingOnARefusedTable);
    CPPUNIT_TEST(refusesATableOfThePreviousReleaseToo);
    CPPUNIT_TEST(adoptsWhatWorks);
    CPPUNIT_TEST(adoptsAPartitionedTable);
    CPPUNIT_TEST_SUITE_END();

public:
    void refusesTablesThatCannotWork() {
        const std::pair<std::string, std::string> cases[] = {
            {drop("CONSTRAINT unique_credential") + alter("ADD CONSTRAINT unique_credential UNIQUE "
                                                          "(name, email, credential_type) "
                                                          "DEFERRABLE"),
             "the constraint unique_credential is DEFERRABLE"},
            {"CREATE COLLATION loose (provider = icu, locale = 'und-u-ks-level2', "
             "deterministic = false);" +
                 type("email", "varchar(255) COLLATE loose"),
             "the collation of the column email takes different texts for the same"},
            {drop("COLUMN metadata"), "it has no column metadata"},
            {drop("COLUMN issued_by"), "it has no column issued_by"},
            {drop("COLUMN issued_at"), "it has no column issued_at"},
            {drop("COLUMN id"), "it has no column id"},
            {type("metadata", "json"), "the column metadata is of type json and not jsonb"},
            {type("metadata", "text"), "the column metadata is of type text and not jsonb"},
            {type("id", "varchar(36)"), "the column id is of type character varying and not uuid"},
            {type("name", "char(255)"), "the column name is of type character and not varchar"},
            {type("name", "name"), "the column name is of type name and not varchar"},
            {"CREATE TYPE text AS ENUM ('degree');" +
                 type("credential_type", "public.text USING 'degree'"),
             "the column credential_type is of type public.text and not varchar"},
            {type("issued_at", "date"), "the column issued_at is of type date and not timestamp"},
            {type("issued_at", "timestamp(0)"), "the column issued_at holds no milliseconds"},
            {"CREATE DOMAIN rough AS timestamp(2);" + type("issued_at", "rough"),
             "the column issued_at holds no milliseconds"},
            {type("issued_by", "varchar(100)"),
             "the column issued_by holds less than 255 characters"},
            {drop("CONSTRAINT credentials_pkey") + alter("ALTER id DROP NOT NULL"),
             "the column id may be NULL"},
            {drop("COLUMN metadata") +
                 alter("ADD metadata jsonb GENERATED ALWAYS AS ('{}'::jsonb) STORED"),
             "the column metadata is generated"},
            {alter("ADD note text NOT NULL"), "the column note is NOT NULL and has no default"},
            {"CREATE DOMAIN told AS text NOT NULL;" + alter("ADD note told"),
             "the column note is NOT NULL and has no default"},
            {alter("SET UNLOGGED"), "it is unlogged, so that a crash of the server empties it"},
            {alter("ENABLE ROW LEVEL SECURITY"),
             "row security is on, so that the services see only a part of it"},
            {"CREATE RULE away AS ON INSERT TO credentials DO INSTEAD NOTHING",
             "the rule away rewrites what is inserted"},
            {"CREATE UNIQUE INDEX once ON credentials (email) INCLUDE (id)",
             "the index public.once keeps out credentials that differ"},
            {"CREATE UNIQUE INDEX once ON credentials (lower(name), email, credential_type)",
             "the index public.once keeps out credentials that differ"},
        };
        for (const auto& [change, reason] : cases)
            assertRefused(earlier(change),
                          "the table \"public\".credentials cannot be used: " + reason + "\n");
        assertRefused("CREATE VIEW credentials AS SELECT 1 AS id", "unique_credential");
        assertRefused("CREATE FOREIGN DATA WRAPPER none; CREATE SERVER far FOREIGN DATA WRAPPER "
                      "none; CREATE FOREIGN TABLE credentials (name text) SERVER far",
                      "unique_credential");
    }

    void refusesAnotherEncoding() {
        const std::string database = "latin_" + server().createDatabase();
        server().query("postgres", "CREATE DATABASE " + database +
                                       " ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0");
        const auto refused = migrate(database);
        CPPUNIT_ASSERT_EQUAL(1, refused.status);
        assertContains(refused.errors, "the database is not encoded in UTF-8");
    }

    void tellsEveryReasonAtOnce() {
        assertRefused(earlier(drop("COLUMN metadata") + alter("SET UNLOGGED")),
                      "empties it; it has no column metadata\n");
    }

    void grantsNothingOnARefusedTable() {
        const auto database = with(earlier(alter("SET UNLOGGED") + "GRANT ALL ON credentials TO "
                                                                   "PUBLIC"));
        CPPUNIT_ASSERT_EQUAL(1, migrate(database).status);
        CPPUNIT_ASSERT_EQUAL(3, runProgram(propertiesOf(database), {"--migrate-status"}).status);
        CPPUNIT_ASSERT_EQUAL(std::string("1\n"),
                             server().query(database, "SELECT count(*) FROM schema_migrations"));
        // Once it is mended, it is adopted.
        server().query(database, "ALTER TABLE credentials SET LOGGED");
        CPPUNIT_ASSERT_EQUAL(0, migrate(database).status);
        CPPUNIT_ASSERT_EQUAL(
            std::string("f\n"),
            server().query(database,
                           "SELECT EXISTS (SELECT FROM information_schema.table_privileges "
                           "WHERE table_name = 'credentials' AND grantee = 'PUBLIC')"));
    }

    void refusesATableOfThePreviousReleaseToo() {
        const auto database = with(earlierSchema);
        CPPUNIT_ASSERT_EQUAL(0, migrate(database).status);
        server().query(database, "DELETE FROM schema_migrations WHERE name LIKE 'V002%';" +
                                     type("metadata", "json"));
        const auto refused = migrate(database);
        CPPUNIT_ASSERT_EQUAL(1, refused.status);
        assertContains(refused.errors, "the column metadata is of type json and not jsonb");
    }

    void adoptsWhatWorks() {
        assertWorks(earlier(
            "CREATE DOMAIN short AS varchar(40); CREATE DOMAIN shorter AS short;" +
            type("name", "text") + type("credential_type", "shorter") +
            type("issued_at", "timestamptz USING issued_at AT TIME ZONE 'UTC'") +
            type("issued_by", "text") + type("email", "varchar(300)") +
            alter("ALTER metadata SET NOT NULL") + alter("ADD note text NOT NULL DEFAULT ''") +
            alter("ADD number bigint GENERATED ALWAYS AS IDENTITY") + drop("COLUMN created_at") +
            drop("COLUMN updated_at") +
            "CREATE UNIQUE INDEX more ON credentials (id, name);"
            "CREATE UNIQUE INDEX same ON credentials (email, credential_type, name)"));
        assertWorks(earlier(
            alter("ADD note text NOT NULL") +
            "CREATE FUNCTION fill() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN NEW.note := ''; "
            "RETURN NEW; END$$; CREATE TRIGGER fill BEFORE INSERT ON credentials FOR EACH ROW "
            "EXECUTE FUNCTION fill()"));
    }

    void adoptsAPartitionedTable() {
        const std::string table =
            "CREATE TABLE credentials (id uuid NOT NULL, name varchar(255) NOT NULL, "
            "email varchar(255) NOT NULL, credential_type varchar(100) NOT NULL, metadata jsonb, "
            "issued_by varchar(255) NOT NULL, issued_at timestamp NOT NULL, PRIMARY KEY (id, "
            "name), "
            "CONSTRAINT unique_credential UNIQUE (name, email, credential_type)) "
            "PARTITION BY HASH (name);";
        const auto part = [](const std::string& kind, int number) {
            return "CREATE " + kind + " TABLE part" + std::to_string(number) +
                   " PARTITION OF credentials FOR VALUES WITH (MODULUS 2, REMAINDER " +
                   std::to_string(number) + ");";
        };
        assertWorks(table + part("", 0) + part("", 1));
        assertRefused(table + part("", 0) + part("UNLOGGED", 1), "unlogged");
    }

private:
    static PostgresServer& server() {
        static PostgresServer shared;
        return shared;
    }

    static std::string alter(const std::string& change) {
        return "ALTER TABLE credentials " + change + ";";
    }
    static std::string drop(const std::string& what) { return alter("DROP " + what); }
    static std::string type(const std::string& column, const std::string& type) {
        return alter("ALTER " + column + " DROP DEFAULT, ALTER " + column + " TYPE " + type);
    }
    static std::string earlier(const std::string& change) {
        return std::string(earlierSchema) + ";" + change;
    }

    static std::string with(const std::string& sql) {
        auto database = server().createDatabase();
        server().query(database, sql);
        return database;
    }

    static std::map<std::string, std::string> propertiesOf(const std::string& database) {
        return postgresProperties(server().port(), database);
    }

    static Finished migrate(const std::string& database) {
        return runProgram(propertiesOf(database), {"--migrate"});
    }

    static void assertRefused(const std::string& sql, const std::string& reason) {
        const auto refused = migrate(with(sql));
        CPPUNIT_ASSERT_EQUAL_MESSAGE(sql, 1, refused.status);
        assertContains(refused.errors, reason);
    }

    static void assertWorks(const std::string& sql) {
        const auto database = with(sql);
        const auto migrated = migrate(database);
        CPPUNIT_ASSERT_EQUAL_MESSAGE(migrated.errors, 0, migrated.status);
        const Daemon daemon({propertiesOf(database)});
        daemon.waitForStatus("healthy");
        const auto issue = [&] {
            return post(daemon.port(), "/issuance/credentials", issueBody("Ada"));
        };
        const auto issued = issue();
        CPPUNIT_ASSERT_EQUAL(201, issued.status);
        const auto again = issue();
        CPPUNIT_ASSERT_EQUAL(409, again.status);
        CPPUNIT_ASSERT_EQUAL(issued.text("credential.issuedAt"),
                             again.text("existingCredential.issuedAt"));
        const auto verified = post(daemon.port(), "/verification/credentials",
                                   verifyBody(issued.text("credential.id")));
        CPPUNIT_ASSERT_EQUAL(200, verified.status);
        CPPUNIT_ASSERT_EQUAL(issued.text("credential.issuedAt"),
                             verified.text("credential.issuedAt"));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(AdoptionRefusalTest);

} // namespace kubecred::test
