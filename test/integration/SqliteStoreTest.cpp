#include "CredentialStoreContract.h"

namespace kubecred::test {

class SqliteStoreTest : public CredentialStoreContract {
    CPPUNIT_TEST_SUB_SUITE(SqliteStoreTest, CredentialStoreContract);
    CPPUNIT_TEST_SUITE_END();

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
