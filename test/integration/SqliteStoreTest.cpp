#include "CredentialStoreContract.h"
#include "kubecred/Error.h"
#include "storage/sessions/sqlite/SqliteConnection.h"
#include "support/TemporaryDirectory.h"

#include <filesystem>
#include <string>
#include <vector>

namespace kubecred::test {

class SqliteStoreTest : public CredentialStoreContract {
    CPPUNIT_TEST_SUB_SUITE(SqliteStoreTest, CredentialStoreContract);
    CPPUNIT_TEST(issuesNothingIntoAFileThatIsGone);
    CPPUNIT_TEST(aValueThatIsRefusedIsTheRequestsFault);
    CPPUNIT_TEST(readsEveryTime);
    CPPUNIT_TEST_SUITE_END();

public:
    void issuesNothingIntoAFileThatIsGone() {
        issue(credentialOf("Ada"));
        for (const auto& file : std::filesystem::directory_iterator(directory_->path() / "folder"))
            std::filesystem::remove(file.path());
        CPPUNIT_ASSERT_THROW(issue(credentialOf("Bob")), Error);
    }

    void aValueThatIsRefusedIsTheRequestsFault() {
        issue(credentialOf("Zoe")); // there is a session from here on
        run("CREATE TABLE numbers (number INTEGER PRIMARY KEY);"
            "CREATE TRIGGER mismatch AFTER INSERT ON credentials WHEN NEW.name = 'mismatch' "
            "BEGIN INSERT INTO numbers VALUES ('none'); END;"
            "CREATE TRIGGER toobig AFTER INSERT ON credentials WHEN NEW.name = 'too big' "
            "BEGIN INSERT INTO numbers SELECT length(zeroblob(2000000000)); END;");
        std::vector<Credential> credentials;
        for (const char* name : {"Ada", "mismatch", "Bob", "too big", "Cy"})
            credentials.push_back(credentialOf(name));
        auto issues = start(credentials);
        for (std::size_t i : {0U, 2U, 4U})
            CPPUNIT_ASSERT(isIssued(issues[i].get()));
        for (std::size_t i : {1U, 3U}) {
            try {
                issues[i].get();
                CPPUNIT_FAIL("SQLite refuses it");
            } catch (const Error& error) {
                CPPUNIT_ASSERT(error.kind() == ErrorKind::malformedRequest);
            }
        }
    }

    void readsEveryTime() {
        for (const std::string time :
             {"9223372036854775807", "-9223372036854775808", "253402300800000"}) {
            const auto credential = credentialOf(time);
            issue(credential);
            run("UPDATE credentials SET issued_at = " + time + " WHERE name = '" + time + "';");
            const auto told = toIso8601(find(credential.id)->issuedAt);
            CPPUNIT_ASSERT_EQUAL(std::string(time[0] == '-' ? "0001-01-01T00:00:00.000Z"
                                                            : "9999-12-31T23:59:59.999Z"),
                                 told);
        }
    }

private:
    void run(const std::string& sql) const {
        storage::SqliteConnection(path(), soon()).script(sql);
    }

    std::string path() const { return (directory_->path() / "folder" / "test.db").string(); }

    storage::DatabaseSettings emptyDatabase() override {
        directory_ = std::make_unique<TemporaryDirectory>();
        storage::DatabaseSettings settings;
        settings.path = path();
        settings.poolSize = 4;
        return settings;
    }

    std::unique_ptr<TemporaryDirectory> directory_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(SqliteStoreTest);

} // namespace kubecred::test
