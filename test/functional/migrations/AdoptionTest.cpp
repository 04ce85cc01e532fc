#include "EarlierSchema.h"
#include "functional/Expectations.h"
#include "support/Daemon.h"
#include "support/PostgresServer.h"
#include "support/RawConnection.h"

#include <memory>

namespace kubecred::test {
namespace {

/// Rows that it has issued.
constexpr const char* earlierRows = R"sql(
    INSERT INTO credentials (id, name, email, credential_type, metadata, issued_by, issued_at)
    VALUES
        ('6fa459ea-ee8a-4ca4-894e-db77e160355e', 'Ada', 'ada@example.org', 'degree',
         NULL, 'worker-1', '2024-03-31 01:30:00.5'),
        ('16fd2706-8baf-433b-82eb-8c7fada847da', 'Grace', 'grace@example.org', 'degree',
         '{"grade": {"points": 1.50}}', 'worker-2', '2023-12-31 23:59:59.123987'),
        ('886313e1-3b8a-5372-9b90-0c9aee199e5d', 'Ada', 'ada@example.org', 'badge',
         '{}', 'worker-1', '2024-02-29 12:00:00'))sql";

constexpr const char* ada = "6fa459ea-ee8a-4ca4-894e-db77e160355e";
constexpr const char* grace = "16fd2706-8baf-433b-82eb-8c7fada847da";

} // namespace

/// A database that the earlier implementation made is taken over with its rows.
class AdoptionTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(AdoptionTest);
    CPPUNIT_TEST(keepsTheRows);
    CPPUNIT_TEST(servesTheRows);
    CPPUNIT_TEST(answersDuplicatesOfTheRows);
    CPPUNIT_TEST(refusesATableWithoutTheConstraint);
    CPPUNIT_TEST_SUITE_END();

public:
    void setUp() override {
        database_ = server().createDatabase();
        server().query(database_, earlierSchema);
        server().query(database_, earlierRows);
        properties_ = postgresProperties(server().port(), database_);
    }

    void keepsTheRows() {
        const std::string everything = "SELECT * FROM credentials ORDER BY id";
        const std::string indexes =
            "SELECT indexname FROM pg_indexes WHERE tablename = 'credentials' ORDER BY 1";
        const std::string rowsBefore = server().query(database_, everything);
        const std::string indexesBefore = server().query(database_, indexes);
        const auto migrated = runProgram(properties_, {"--migrate"});
        CPPUNIT_ASSERT_EQUAL(0, migrated.status);
        assertContains(migrated.output, "applied V001__create_credentials");
        CPPUNIT_ASSERT_EQUAL(rowsBefore, server().query(database_, everything));
        CPPUNIT_ASSERT_EQUAL(indexesBefore, server().query(database_, indexes));
        CPPUNIT_ASSERT_EQUAL(0, runProgram(properties_, {"--migrate-status"}).status);
    }

    void servesTheRows() {
        migrateAndStart();
        const auto first = verify(ada);
        CPPUNIT_ASSERT_EQUAL(std::string("Ada"), first.text("credential.name"));
        CPPUNIT_ASSERT_EQUAL(std::string("worker-1"), first.text("credential.issuedBy"));
        CPPUNIT_ASSERT_EQUAL(std::string("2024-03-31T01:30:00.500Z"),
                             first.text("credential.issuedAt"));
        assertContains(first.body, R"("metadata":{})");

        const auto second = verify(grace);
        CPPUNIT_ASSERT_EQUAL(std::string("2023-12-31T23:59:59.123Z"),
                             second.text("credential.issuedAt"));
        const auto metadata = second.json()->getObject("credential")->getObject("metadata");
        CPPUNIT_ASSERT_EQUAL(1.5, metadata->getObject("grade")->getValue<double>("points"));
        verify("886313E1-3B8A-5372-9B90-0C9AEE199E5D");
    }

    void answersDuplicatesOfTheRows() {
        migrateAndStart();
        const auto refused = post(daemon_->port(), "/issuance/credentials", issueBody("Ada"));
        CPPUNIT_ASSERT_EQUAL(409, refused.status);
        CPPUNIT_ASSERT_EQUAL(std::string(ada), refused.text("existingCredential.id"));
        CPPUNIT_ASSERT_EQUAL(std::string("worker-1"), refused.text("existingCredential.issuedBy"));
        CPPUNIT_ASSERT_EQUAL(std::string("2024-03-31T01:30:00.500Z"),
                             refused.text("existingCredential.issuedAt"));
        CPPUNIT_ASSERT_EQUAL(
            201, post(daemon_->port(), "/issuance/credentials", issueBody("Mary")).status);
        CPPUNIT_ASSERT_EQUAL(
            std::string("t|t\n"),
            server().query(database_,
                           "SELECT abs(extract(epoch FROM issued_at - now() AT TIME ZONE 'UTC')) "
                           "< 60, abs(extract(epoch FROM created_at - issued_at)) < 60 "
                           "FROM credentials WHERE name = 'Mary'"));
    }

    void refusesATableWithoutTheConstraint() {
        server().query(database_, "ALTER TABLE credentials DROP CONSTRAINT unique_credential");
        assertRefused();
        server().query(database_, "ALTER TABLE credentials ADD CONSTRAINT unique_credential "
                                  "UNIQUE (id, name, email)");
        assertRefused();
        CPPUNIT_ASSERT_EQUAL(std::string("3\n"),
                             server().query(database_, "SELECT count(*) FROM credentials"));
        CPPUNIT_ASSERT_EQUAL(3, runProgram(properties_, {"--migrate-status"}).status);
    }

private:
    void assertRefused() {
        const auto refused = runProgram(properties_, {"--migrate"});
        CPPUNIT_ASSERT_EQUAL(1, refused.status);
        CPPUNIT_ASSERT(refused.errors.find("unique_credential") != std::string::npos);
        assertLacks(refused.output, "applied");
    }

    static PostgresServer& server() {
        static PostgresServer shared;
        return shared;
    }

    void migrateAndStart() {
        CPPUNIT_ASSERT_EQUAL(0, runProgram(properties_, {"--migrate"}).status);
        daemon_ = std::make_unique<Daemon>(DaemonOptions{properties_});
        daemon_->waitForStatus("healthy");
    }

    HttpAnswer verify(const std::string& id) const {
        auto answer = post(daemon_->port(), "/verification/credentials", verifyBody(id));
        CPPUNIT_ASSERT_EQUAL(200, answer.status);
        return answer;
    }

    std::string database_;
    std::map<std::string, std::string> properties_;
    std::unique_ptr<Daemon> daemon_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(AdoptionTest);

} // namespace kubecred::test
