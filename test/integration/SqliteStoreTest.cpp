#include "CredentialStoreContract.h"
#include "kubecred/Error.h"
#include "support/TemporaryDirectory.h"

#include <filesystem>

namespace kubecred::test {

class SqliteStoreTest : public CredentialStoreContract {
    CPPUNIT_TEST_SUB_SUITE(SqliteStoreTest, CredentialStoreContract);
    CPPUNIT_TEST(issuesNothingIntoAFileThatIsGone);
    CPPUNIT_TEST_SUITE_END();

public:
    void issuesNothingIntoAFileThatIsGone() {
        issue(credentialOf("Ada"));
        for (const auto& file : std::filesystem::directory_iterator(directory_->path() / "folder"))
            std::filesystem::remove(file.path());
        CPPUNIT_ASSERT_THROW(issue(credentialOf("Bob")), Error);
    }

private:
    storage::DatabaseSettings emptyDatabase() override {
        directory_ = std::make_unique<TemporaryDirectory>();
        storage::DatabaseSettings settings;
        settings.path = (directory_->path() / "folder" / "test.db").string();
        settings.poolSize = 4;
        return settings;
    }

    std::unique_ptr<TemporaryDirectory> directory_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(SqliteStoreTest);

} // namespace kubecred::test
