#include "SqliteMigrationSession.h"

namespace kubecred::storage {

using Poco::Data::Statement;
using Poco::Data::Keywords::bind;
using Poco::Data::Keywords::into;

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
    int tables = 0;
    connection_.run("SELECT count(*) FROM sqlite_master WHERE name = 'schema_migrations'",
                    [&](Statement& statement) { statement, into(tables); });
    if (tables == 0)
        return {};
    std::vector<std::string> names;
    std::vector<std::string> checksums;
    connection_.run("SELECT name, checksum FROM schema_migrations ORDER BY name",
                    [&](Statement& statement) { statement, into(names), into(checksums); });
    std::vector<AppliedMigration> applied;
    for (std::size_t i = 0; i < names.size(); ++i)
        applied.push_back({names[i], checksums[i]});
    return applied;
}

void SqliteMigrationSession::record(const AppliedMigration& migration) {
    connection_.run(
        "INSERT INTO schema_migrations (name, checksum) VALUES (?, ?)",
        [&](Statement& statement) { statement, bind(migration.name), bind(migration.checksum); });
}

} // namespace kubecred::storage
