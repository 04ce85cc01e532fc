#include "PostgresMigrationSession.h"

#include <array>

namespace kubecred::storage {
namespace {

// Any number that no other program takes for its own advisory locks in this database.
constexpr const char* lockSql = "SELECT pg_advisory_xact_lock(7165065861266662001)";

// A lock may be held by another migration for as long as that takes; an operator who waits can
// interrupt.
Deadline patient() { return std::chrono::steady_clock::now() + std::chrono::hours(1); }

} // namespace

PostgresMigrationSession::PostgresMigrationSession(const PostgresSettings& settings,
                                                   const Resolver& resolver, Deadline deadline)
    : connection_(settings, resolver, deadline) {
    script("SET TIME ZONE 'UTC'");
}

void PostgresMigrationSession::begin() {
    script("BEGIN");
    script(lockSql);
}

void PostgresMigrationSession::commit() { script("COMMIT"); }

void PostgresMigrationSession::script(const std::string& sql) {
    connection_.script(sql, patient());
}

std::vector<AppliedMigration> PostgresMigrationSession::applied() {
    const auto table =
        connection_.query("SELECT to_regclass('schema_migrations') IS NOT NULL", {}, patient());
    if (table.text(0, 0) != "t")
        return {};
    const auto rows = connection_.query(
        "SELECT name, checksum FROM schema_migrations ORDER BY name", {}, patient());
    std::vector<AppliedMigration> applied;
    applied.reserve(static_cast<std::size_t>(rows.rows()));
    for (int row = 0; row < rows.rows(); ++row)
        applied.push_back({std::string(rows.text(row, 0)), std::string(rows.text(row, 1))});
    return applied;
}

void PostgresMigrationSession::record(const AppliedMigration& migration) {
    const std::array<std::string, 2> parameters{migration.name, migration.checksum};
    connection_.query("INSERT INTO schema_migrations (name, checksum) VALUES ($1, $2)", parameters,
                      patient());
}

void PostgresMigrationSession::ensureLogin(const PostgresLogin& login) {
    // The server quotes the names, and sees the password only as what it stores of it: statements
    // may end up in its log.
    const std::array<std::string, 3> parameters{
        login.user, connection_.passwordVerifier(login.user, login.password), login.group};
    const auto statements =
        connection_.query("SELECT format('%s ROLE %I LOGIN PASSWORD %L; GRANT %I TO %I', "
                          "CASE WHEN EXISTS (SELECT FROM pg_roles WHERE rolname = $1::text) THEN "
                          "'ALTER' ELSE 'CREATE' "
                          "END, $1::text, $2::text, $3::text, $1::text)",
                          parameters, patient());
    script(std::string(statements.text(0, 0)));
}

} // namespace kubecred::storage
