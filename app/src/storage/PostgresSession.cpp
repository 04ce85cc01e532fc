#include "PostgresSession.h"

#include "PostgresStatements.h"

#include <utility>

namespace kubecred::storage {
namespace {

// The server gives up by itself on what a lost or impatient client has left behind. Statements are
// planned once, and by index: how many rows a batch or the table holds is not known then.
constexpr const char* sessionSetup = "SET TIME ZONE 'UTC';"
                                     "SET statement_timeout = '5s';"
                                     "SET lock_timeout = '500ms';"
                                     "SET plan_cache_mode = force_generic_plan;"
                                     "SET enable_seqscan = off;"
                                     "SET enable_hashjoin = off;"
                                     "SET enable_mergejoin = off;"
                                     "SET jit = off";

constexpr const char* readProbeSql = "SELECT FROM credentials LIMIT 0";

// Writes nothing, but needs all that writing needs.
constexpr const char* writeProbeSql =
    "INSERT INTO credentials (id, name, email, credential_type, issued_by) "
    "SELECT gen_random_uuid(), '', '', '', '' WHERE false";

// Our own sessions that no time-out ends any more, since they wait for a standby or a disk.
constexpr const char* hangingSql =
    "SELECT FROM pg_stat_activity WHERE usename = current_user AND datname = current_database() "
    "AND query LIKE '%INSERT INTO credentials %' AND state = 'active' "
    "AND query_start < clock_timestamp() - interval '6 s' LIMIT 1";

// A row as large as most, which finds out whether there is room for one.
constexpr const char* rehearsalSql =
    "BEGIN;"
    "INSERT INTO credentials (id, name, email, credential_type, issued_by) "
    "SELECT id, id::text, repeat(id::text, 7), '', '' FROM gen_random_uuid() AS id;"
    "ROLLBACK";

} // namespace

PostgresSession::PostgresSession(const PostgresSettings& settings, const Resolver& resolver,
                                 Role role, Deadline deadline)
    : connection_(settings, resolver, deadline) {
    connection_.script(sessionSetup, deadline);
    if (role == Role::reading) {
        connection_.prepare("probe", readProbeSql, deadline);
        prepareReading(connection_, deadline);
        probe(deadline);
    } else {
        refuseWhileCommitsHang(deadline);
        connection_.prepare("probe", writeProbeSql, deadline);
        prepareWriting(connection_, deadline);
        connection_.script(rehearsalSql, deadline);
    }
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
void PostgresSession::refuseWhileCommitsHang(Deadline deadline) {
    if (connection_.query(hangingSql, {}, deadline).rows() > 0)
        throw StorageError(Fault::timedOut);
}

void PostgresSession::probe(Deadline deadline) { connection_.run("probe", {}, deadline); }

} // namespace kubecred::storage
