#include "EarlierSchema.h"
#include "functional/Expectations.h"
#include "support/Daemon.h"
#include "support/PostgresServer.h"
#include "support/RawConnection.h"

#include <memory>
#include <string>

namespace kubecred::test {

/// Rows of an adopted table that we would never have made are served all the same.
class AdoptedRowsTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(AdoptedRowsTest);
    CPPUNIT_TEST(servesEveryTime);
    CPPUNIT_TEST(servesEveryMetadata);
    CPPUNIT_TEST(servesNull);
    CPPUNIT_TEST(refusesWhatAColumnCannotHold);
    CPPUNIT_TEST(refusesWhatATriggerFindsOutOfRange);
    CPPUNIT_TEST_SUITE_END();

public:
    void setUp() override {
        database_ = server().createDatabase();
        query(earlierSchema);
    }

    // By whatever reads ISO 8601.
    void servesEveryTime() {
        start();
        const std::string first = "0001-01-01T00:00:00.000Z";
        const std::string last = "9999-12-31T23:59:59.999Z";
        const std::pair<std::string, std::string> times[] = {
            {"infinity", last},
            {"-infinity", first},
            {"0044-03-15 12:00:00 BC", first},
            {"4713-11-24 00:00:00 BC", first},
            {"0001-01-01 00:00:00", first},
            {"9999-12-31 23:59:59.999999", last},
            {"10000-01-01 00:00:00", last},
            {"294276-12-31 23:59:59.999999", last},
        };
        for (const auto& [stored, told] : times) {
            add("'" + stored + "', '{}'");
            CPPUNIT_ASSERT_EQUAL_MESSAGE(stored, told, verify().text("credential.issuedAt"));
            CPPUNIT_ASSERT_EQUAL_MESSAGE(stored, told,
                                         issueAgain().text("existingCredential.issuedAt"));
        }
    }

    void servesEveryMetadata() {
        start();
        for (const std::string metadata : {"null", "[]", "[1, {\"a\": null}]", "0", "1.50", "true",
                                           "false", "\"\"", "\"text\""}) {
            add("now(), '" + metadata + "'");
            const auto told = metadata == "null" ? "{}" : metadata;
            assertContains(verify().body, "\"metadata\":" + told + ",");
            issueAgain();
        }
    }

    void servesNull() {
        for (const char* column : {"issued_by", "issued_at"})
            query("ALTER TABLE credentials ALTER COLUMN " + std::string(column) + " DROP NOT NULL");
        start();
        add("NULL, NULL");
        query("UPDATE credentials SET issued_by = NULL");
        const auto verified = verify();
        assertContains(verified.body, R"("metadata":{})");
        CPPUNIT_ASSERT_EQUAL(std::string(), verified.text("credential.issuedBy"));
        CPPUNIT_ASSERT_EQUAL(std::string("1970-01-01T00:00:00.000Z"),
                             verified.text("credential.issuedAt"));
        CPPUNIT_ASSERT_EQUAL(std::string("1970-01-01T00:00:00.000Z"),
                             issueAgain().text("existingCredential.issuedAt"));
    }

    // To try again would be of no use.
    void refusesWhatAColumnCannotHold() {
        query("ALTER TABLE credentials ALTER COLUMN name TYPE varchar(20)");
        start();
        assertIssues(std::string(20, 'x'), 201);
        assertIssues(std::string(21, 'x'), 400);
        assertIssues("Ada", 201);
        CPPUNIT_ASSERT_EQUAL(std::string("2\n"), query("SELECT count(*) FROM credentials"));
    }

    void refusesWhatATriggerFindsOutOfRange() {
        start();
        query("CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN "
              "RAISE EXCEPTION 'secret of %', NEW.email USING ERRCODE = NEW.name; END$$;"
              "CREATE TRIGGER refuse BEFORE INSERT ON credentials FOR EACH ROW "
              "WHEN (NEW.name ~ '^[0-9P]{5}$') EXECUTE FUNCTION refuse()");
        for (const char* state : {"22003", "22P05", "54000"})
            assertIssues(state, 400);
        for (const char* state : {"23514", "55000", "P0001"})
            assertIssues(state, 503);
        assertIssues("Ada", 201);
    }

private:
    static PostgresServer& server() {
        static PostgresServer shared;
        return shared;
    }

    std::string query(const std::string& sql) const { return server().query(database_, sql); }

    void start() {
        const auto properties = postgresProperties(server().port(), database_);
        const auto migrated = runProgram(properties, {"--migrate"});
        CPPUNIT_ASSERT_EQUAL_MESSAGE(migrated.errors, 0, migrated.status);
        daemon_ = std::make_unique<Daemon>(DaemonOptions{properties});
        daemon_->waitForStatus("healthy");
    }

    /// The only row, with this for its issued_at and metadata.
    void add(const std::string& values) const {
        query("TRUNCATE credentials");
        query("INSERT INTO credentials (id, name, email, credential_type, issued_by, issued_at, "
              "metadata) VALUES ('" +
              std::string(id) + "', 'Ada', 'ada@example.org', 'degree', 'worker-1', " + values +
              ")");
    }

    HttpAnswer verify() const {
        auto answer = post(daemon_->port(), "/verification/credentials", verifyBody(id));
        CPPUNIT_ASSERT_EQUAL_MESSAGE(answer.body, 200, answer.status);
        return answer;
    }

    HttpAnswer issueAgain() const {
        auto answer = post(daemon_->port(), "/issuance/credentials", issueBody("Ada"));
        CPPUNIT_ASSERT_EQUAL_MESSAGE(answer.body, 409, answer.status);
        CPPUNIT_ASSERT_EQUAL(std::string(id), answer.text("existingCredential.id"));
        return answer;
    }

    void assertIssues(const std::string& name, int status) const {
        const auto answer = post(daemon_->port(), "/issuance/credentials", issueBody(name));
        CPPUNIT_ASSERT_EQUAL_MESSAGE(name + ": " + answer.body, status, answer.status);
        if (status == 400)
            assertProblem(answer, "The database cannot store a value of this request");
        CPPUNIT_ASSERT_EQUAL(status == 503, answer.has("retry-after"));
        assertLacks(daemon_->log(), "secret of");
    }

    static constexpr const char* id = "6fa459ea-ee8a-4ca4-894e-db77e160355e";

    std::string database_;
    std::unique_ptr<Daemon> daemon_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(AdoptedRowsTest);

} // namespace kubecred::test
