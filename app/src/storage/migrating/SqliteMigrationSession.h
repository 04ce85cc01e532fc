#pragma once

#include "MigrationSession.h"
#include "storage/sessions/sqlite/SqliteConnection.h"

namespace kubecred::storage {

class SqliteMigrationSession final : public MigrationSession {
public:
    /// Opens the file, and waits for other migrations, until `deadline`. Throws StorageError.
    SqliteMigrationSession(const std::string& path, Deadline deadline);

    void begin() override;
    void commit() override;
    void script(const std::string& sql) override;
    void prepare() override;
    std::vector<AppliedMigration> applied() override;
    void record(const AppliedMigration& migration) override;

private:
    SqliteConnection connection_;
    const Deadline deadline_;
};

} // namespace kubecred::storage
