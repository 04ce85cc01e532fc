#include "PostgresMigrationSession.h"

#include "storage/sessions/postgresql/PostgresSchema.h"
#include "storage/sessions/postgresql/PostgresSetup.h"

#include <array>

namespace kubecred::storage {
namespace {

// Any number that no other program takes for its own advisory locks in this database.
constexpr const char* lockSql = "SELECT pg_advisory_xact_lock(7165065861266662001)";

constexpr const char* createTableSql = "CREATE TABLE IF NOT EXISTS {schema}.schema_migrations ("
                                       "name varchar(255) PRIMARY KEY, "
                                       "checksum char(64) NOT NULL, "
                                       "applied_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP)";

// Whoever owns a table can have code of his own run by those who read or write it. Who owns the
// schema or the database could do so anyway.
constexpr const char* strangerSql =
    "SELECT pg_get_userbyid(relowner) FROM pg_class JOIN pg_namespace AS schema "
    "ON schema.oid = relnamespace JOIN pg_database ON datname = current_database() "
    "JOIN pg_roles AS owner ON owner.oid = relowner "
    "JOIN pg_roles AS self ON self.rolname = current_user "
    "WHERE pg_class.oid = to_regclass('{schema}.schema_migrations') AND NOT owner.rolsuper "
    "AND relowner NOT IN (self.oid, datdba, nspowner) "
    "AND (self.rolsuper OR NOT pg_has_role(relowner, 'MEMBER'))";

// A lock may be held by another migration for as long as that takes; an operator who waits can
// interrupt.
Deadline patient() { return std::chrono::steady_clock::now() + std::chrono::hours(1); }

} // namespace

PostgresMigrationSession::PostgresMigrationSession(const PostgresSettings& settings,
                                                   const Resolver& resolver, Deadline deadline)
    : connection_(settings, resolver, deadline), schema_(settings.schema) {
    connection_.script(sessionSetup(Purpose::migrating, settings.targetSessionAttrs), patient());
}

void PostgresMigrationSession::begin() {
    script("BEGIN");
    script(lockSql);
}

void PostgresMigrationSession::commit() { script("COMMIT"); }

void PostgresMigrationSession::script(const std::string& sql) {
    connection_.script(inSchema(sql, schema_), patient());
}

PostgresRows PostgresMigrationSession::query(std::string_view sql,
                                             std::span<const std::string> parameters) {
    return connection_.query(inSchema(sql, schema_), parameters, patient());
}

// CREATE SCHEMA IF NOT EXISTS would want the privilege to make one in any case.
void PostgresMigrationSession::prepare() {
    refuseToPassOver();
    const std::array<std::string, 1> parameters{schema_};
    if (query("SELECT FROM pg_namespace WHERE nspname = $1::text", parameters).count() == 0)
        script("CREATE SCHEMA {schema}");
    script(createTableSql);
}

// Earlier releases found their table by the search path. Where nobody has chosen a schema, one that
// stands elsewhere is not to be left behind for an empty one.
void PostgresMigrationSession::refuseToPassOver() {
    if (schema_ != PostgresSettings().schema)
        return;
    script("SET LOCAL search_path TO DEFAULT");
    const auto found = query("SELECT pg_catalog.to_regclass('credentials')::pg_catalog.oid", {});
    const std::array<std::string, 1> parameters{std::string(found.text(0, 0))};
    script("SET LOCAL search_path = pg_catalog, pg_temp");
    const auto elsewhere =
        query("SELECT relnamespace::regnamespace FROM pg_class "
              "WHERE oid::text = $1::text AND to_regclass('{schema}.credentials') IS NULL",
              parameters);
    if (elsewhere.count() > 0)
        throw StorageError(Fault::refused, "the search_path leads to a table credentials in the "
                                           "schema " +
                                               std::string(elsewhere.text(0, 0)) +
                                               ": name that one by database.schema");
}

void PostgresMigrationSession::refuseStranger() {
    if (const auto stranger = query(strangerSql, {}); stranger.count() > 0)
        throw StorageError(Fault::refused,
                           "the table schema_migrations belongs to the role " +
                               std::string(stranger.text(0, 0)) +
                               ", which could have code of its own run by who migrates: give it to "
                               "the owner of the database (ALTER TABLE ... OWNER TO), or drop it");
}

std::vector<AppliedMigration> PostgresMigrationSession::applied() {
    const auto table = query("SELECT to_regclass('{schema}.schema_migrations') IS NOT NULL", {});
    if (table.text(0, 0) != "t")
        return {};
    refuseStranger();
    const auto rows =
        query("SELECT name, checksum FROM {schema}.schema_migrations ORDER BY name", {});
    std::vector<AppliedMigration> applied;
    applied.reserve(rows.count());
    for (std::size_t row = 0; row < rows.count(); ++row)
        applied.push_back({std::string(rows.text(row, 0)), std::string(rows.text(row, 1))});
    return applied;
}

void PostgresMigrationSession::record(const AppliedMigration& migration) {
    const std::array<std::string, 2> parameters{migration.name, migration.checksum};
    query("INSERT INTO {schema}.schema_migrations (name, checksum) VALUES ($1, $2)", parameters);
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
    connection_.script(std::string(statements.text(0, 0)), patient());
}

} // namespace kubecred::storage
