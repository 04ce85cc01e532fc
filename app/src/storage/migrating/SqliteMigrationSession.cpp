#include "SqliteMigrationSession.h"

#include <array>

namespace kubecred::storage {

SqliteMigrationSession::SqliteMigrationSession(const std::string& path, Deadline deadline)
    : connection_(path, deadline), deadline_(deadline) {}

void SqliteMigrationSession::begin() {
    connection_.waitForOthers(deadline_); // another migration may be at it
    script("BEGIN IMMEDIATE");
}

void SqliteMigrationSession::commit() { script("COMMIT"); }

void SqliteMigrationSession::script(const std::string& sql) { connection_.script(sql); }

void SqliteMigrationSession::prepare() {
    script("CREATE TABLE IF NOT EXISTS schema_migrations ("
           "name varchar(255) PRIMARY KEY, "
           "checksum char(64) NOT NULL, "
           "applied_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP)");
}

std::vector<AppliedMigration> SqliteMigrationSession::applied() {
    const auto tables =
        connection_.run("SELECT 1 FROM sqlite_master WHERE name = 'schema_migrations'", {});
    if (tables.count() == 0)
        return {};
    const auto rows =
        connection_.run("SELECT name, checksum FROM schema_migrations ORDER BY name", {});
    std::vector<AppliedMigration> applied;
    applied.reserve(rows.count());
    for (std::size_t row = 0; row < rows.count(); ++row)
        applied.push_back({std::string(rows.text(row, 0)), std::string(rows.text(row, 1))});
    return applied;
}

void SqliteMigrationSession::record(const AppliedMigration& migration) {
    const std::array<SqliteValue, 2> parameters{migration.name, migration.checksum};
    connection_.run("INSERT INTO schema_migrations (name, checksum) VALUES (?, ?)", parameters);
}

} // namespace kubecred::storage
