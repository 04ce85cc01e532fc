#include "PostgresSession.h"

#include "PostgresSchema.h"
#include "PostgresSetup.h"
#include "PostgresStatements.h"

#include <chrono>
#include <cstdint>
#include <random>
#include <utility>

namespace kubecred::storage {
namespace {

// Needs all that reading needs; and whether the server is of the kind that was asked for.
std::string readProbe(const PostgresSettings& settings) {
    const std::string& wanted = settings.targetSessionAttrs;
    const char* fits = "true";
    if (wanted == "primary" || wanted == "read-write")
        fits = "NOT pg_is_in_recovery()";
    else if (wanted == "standby")
        fits = "pg_is_in_recovery()";
    else if (wanted == "read-only")
        fits = "pg_is_in_recovery() OR current_setting('default_transaction_read_only')::boolean";
    return inSchema(std::string("SELECT ") + fits +
                        ", (SELECT count(*) FROM (SELECT FROM {schema}.credentials LIMIT 0) AS t)",
                    settings.schema);
}

// Writes nothing, but needs all that writing needs, a primary too.
constexpr const char* writeProbeSql =
    "INSERT INTO {schema}.credentials "
    "(id, name, email, credential_type, metadata, issued_by, issued_at) "
    "SELECT gen_random_uuid(), '', '', '', NULL, '', 'epoch' WHERE false";

// Our own sessions that no time-out ends any more, since they wait for a standby or a disk.
constexpr const char* hangingSql =
    "SELECT FROM pg_stat_activity WHERE usename = current_user AND datname = current_database() "
    "AND query LIKE '%INSERT INTO {schema}.credentials %' AND state = 'active' "
    "AND query_start < clock_timestamp() - interval '6 s' LIMIT 1";

// A row as large as most, which finds out whether there is room for one.
constexpr const char* rehearsalSql =
    "BEGIN;"
    "INSERT INTO {schema}.credentials "
    "(id, name, email, credential_type, metadata, issued_by, issued_at) "
    "SELECT id, id::text, 'rehearsal@example.org', 'rehearsal', "
    "jsonb_build_object('filler', repeat(id::text, 7)), 'rehearsal', localtimestamp "
    "FROM gen_random_uuid() AS id;"
    "ROLLBACK";

// Somewhat before the greatest age, so that not all sessions are opened anew at one moment.
Deadline retirement(std::chrono::milliseconds maxAge) {
    std::random_device random;
    std::uniform_int_distribution<std::int64_t> age(maxAge.count() * 4 / 5, maxAge.count());
    return std::chrono::steady_clock::now() + std::chrono::milliseconds(age(random));
}

} // namespace

PostgresSession::PostgresSession(const PostgresSettings& settings, const Resolver& resolver,
                                 Role role, Deadline deadline)
    : retireAt_(retirement(settings.sessionMaxAge)),
      wantsPrimary_(settings.targetSessionAttrs == "primary" ||
                    settings.targetSessionAttrs == "read-write"),
      connection_(settings, resolver, deadline) {
    connection_.script(sessionSetup(Purpose::serving, settings.targetSessionAttrs), deadline);
    if (role == Role::reading)
        prepareToRead(settings, deadline);
    else
        prepareToWrite(settings, deadline);
}

void PostgresSession::prepareToRead(const PostgresSettings& settings, Deadline deadline) {
    connection_.prepare("probe", readProbe(settings), deadline);
    prepareReading(connection_, settings.schema, deadline);
    probe(deadline);
}

void PostgresSession::prepareToWrite(const PostgresSettings& settings, Deadline deadline) {
    refuseWhileCommitsHang(settings.schema, deadline);
    connection_.prepare("probe", inSchema(writeProbeSql, settings.schema), deadline);
    prepareWriting(connection_, settings.schema, deadline);
    rehearse(settings.schema, deadline);
}

Inserted PostgresSession::insert(Credentials credentials, Deadline deadline) {
    return wait(beginInsert(credentials), deadline);
}

Same PostgresSession::findSame(Credentials credentials, Deadline deadline) {
    return wait(beginFindSame(credentials), deadline);
}

Found PostgresSession::findById(std::span<const Uuid> ids, Deadline deadline) {
    return wait(beginFindById(ids), deadline);
}

std::unique_ptr<Pending<Inserted>> PostgresSession::beginInsert(Credentials credentials) {
    return storage::beginInsert(connection_, credentials);
}

std::unique_ptr<Pending<Same>> PostgresSession::beginFindSame(Credentials credentials) {
    return storage::beginFindSame(connection_, credentials);
}

std::unique_ptr<Pending<Found>> PostgresSession::beginFindById(std::span<const Uuid> ids) {
    return storage::beginFindById(connection_, ids);
}

template <typename Answer>
Answer PostgresSession::wait(std::unique_ptr<Pending<Answer>> pending, Deadline deadline) {
    std::optional<Answer> answer;
    while (!answer) {
        connection_.await(deadline);
        answer = pending->proceed();
    }
    return *std::move(answer);
}

// PostgreSQL ends no session that waits within its commit, whatever becomes of its client: one more
// for each time-out would use up every connection that the server has.
void PostgresSession::refuseWhileCommitsHang(const std::string& schema, Deadline deadline) {
    if (connection_.query(inSchema(hangingSql, schema), {}, deadline).rows() > 0)
        throw StorageError(Fault::timedOut);
}

// A database that refuses the values of this row may store those of others.
void PostgresSession::rehearse(const std::string& schema, Deadline deadline) {
    try {
        connection_.script(inSchema(rehearsalSql, schema), deadline);
    } catch (const StorageError& error) {
        if (error.fault() != Fault::valueRefused)
            throw;
        connection_.script("ROLLBACK", deadline);
    }
}

void PostgresSession::probe(Deadline deadline) {
    const auto result = connection_.run("probe", {}, deadline);
    const bool fits = result.rows() == 0 || result.boolean(0, 0);
    if (!fits)
        throw StorageError(wantsPrimary_ ? Fault::readOnly : Fault::refused);
}

} // namespace kubecred::storage
