#pragma once

#include "MigrationSession.h"
#include "SqliteConnection.h"

namespace kubecred::storage {

class SqliteMigrationSession final : public MigrationSession {
public:
    explicit SqliteMigrationSession(const std::string& path);

    void begin() override;
    void commit() override;
    void script(const std::string& sql) override;
    void prepare() override;
    std::vector<AppliedMigration> applied() override;
    void record(const AppliedMigration& migration) override;

private:
    SqliteConnection connection_;
};

} // namespace kubecred::storage
