#include "PostgresSession.h"

#include "PostgresArray.h"

#include <algorithm>
#include <array>
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

constexpr const char* insertSql =
    "INSERT INTO credentials (id, name, email, credential_type, metadata, issued_by, issued_at) "
    "SELECT * FROM unnest($1::uuid[], $2::varchar[], $3::varchar[], $4::varchar[], $5::jsonb[], "
    "$6::varchar[], $7::timestamp[]) "
    "ON CONFLICT (name, email, credential_type) DO NOTHING RETURNING id";

constexpr const char* findSameSql =
    "SELECT position, id, issued_by, coalesce(issued_at, 'epoch')::timestamp, "
    "current_setting('synchronous_standby_names') <> '' "
    "FROM unnest($1::varchar[], $2::varchar[], $3::varchar[]) WITH ORDINALITY "
    "AS lost (name, email, credential_type, position) "
    "JOIN credentials USING (name, email, credential_type)";

constexpr const char* findByIdName = "find_by_id";
constexpr const char* findByIdSql =
    "SELECT id, name, email, credential_type, coalesce(nullif(metadata, 'null'), '{}')::text, "
    "issued_by, coalesce(issued_at, 'epoch')::timestamp FROM credentials "
    "WHERE id = ANY ($1::uuid[])";

constexpr const char* readProbeSql = "SELECT FROM credentials LIMIT 0";

// Writes nothing, but needs all that writing needs.
constexpr const char* writeProbeSql =
    "INSERT INTO credentials (id, name, email, credential_type, issued_by) "
    "SELECT gen_random_uuid(), '', '', '', '' WHERE false";

// Our own sessions that no time-out ends any more, since they wait for a standby or a disk.
constexpr const char* hangingSql =
    "SELECT FROM pg_stat_activity WHERE usename = current_user AND datname = current_database() "
    "AND query LIKE 'INSERT INTO credentials %' AND state = 'active' "
    "AND query_start < clock_timestamp() - interval '6 s' LIMIT 1";

// A commit that changes nothing.
constexpr const char* barrierSql = "SELECT pg_logical_emit_message(true, 'kube-credential', '')";

// A row as large as most, which finds out whether there is room for one.
constexpr const char* rehearsalSql =
    "BEGIN;"
    "INSERT INTO credentials (id, name, email, credential_type, issued_by) "
    "SELECT id, id::text, repeat(id::text, 7), '', '' FROM gen_random_uuid() AS id;"
    "ROLLBACK";

template <typename Item, typename Text>
std::string arrayOf(std::span<Item> items, Text textOf) {
    PostgresArray array;
    for (const auto& item : items)
        array.add(textOf(item));
    return std::move(array).text();
}

Credential credentialOf(const PostgresResult& result, int row, const Uuid& id) {
    const auto text = [&](int column) { return std::string(result.text(row, column)); };
    return {id, text(1), text(2), text(3), text(4), text(5), result.timestamp(row, 6)};
}

std::array<std::string, 1> parametersOf(std::span<const Uuid> ids) {
    return {arrayOf(ids, [](const Uuid& id) { return id.toString(); })};
}

Session::Found foundOf(const PostgresResult& result, std::span<const Uuid> ids) {
    std::vector<std::pair<Uuid, int>> rows;
    rows.reserve(ids.size());
    for (int row = 0; row < result.rows(); ++row)
        rows.emplace_back(result.uuid(row, 0), row);
    std::ranges::sort(rows);
    Session::Found found;
    found.reserve(ids.size());
    for (const Uuid& id : ids) {
        const auto row = std::ranges::lower_bound(rows, id, {}, &std::pair<Uuid, int>::first);
        const bool present = row != rows.end() && row->first == id;
        found.push_back(present ? std::optional(credentialOf(result, row->second, id))
                                : std::nullopt);
    }
    return found;
}

class PendingFound final : public Pending<Session::Found> {
public:
    PendingFound(PostgresConnection& connection, std::span<const Uuid> ids)
        : connection_(connection), ids_(ids.begin(), ids.end()) {
        connection_.begin(findByIdName, parametersOf(ids));
    }

    int socket() const noexcept override { return connection_.socket(); }
    short events() const noexcept override { return connection_.events(); }

    std::optional<Session::Found> proceed() override {
        const auto result = connection_.proceed();
        return result ? std::optional(foundOf(*result, ids_)) : std::nullopt;
    }

private:
    PostgresConnection& connection_;
    const std::vector<Uuid> ids_;
};

} // namespace

PostgresSession::PostgresSession(const PostgresSettings& settings, Role role, Deadline deadline)
    : connection_(settings, deadline) {
    connection_.script(sessionSetup, deadline);
    if (role == Role::reading) {
        connection_.prepare("probe", readProbeSql, deadline);
        connection_.prepare(findByIdName, findByIdSql, deadline);
        probe(deadline);
    } else {
        refuseWhileCommitsHang(deadline);
        connection_.prepare("probe", writeProbeSql, deadline);
        connection_.prepare("insert", insertSql, deadline);
        connection_.prepare("find_same", findSameSql, deadline);
        connection_.script(rehearsalSql, deadline);
    }
}

std::vector<bool> PostgresSession::insert(std::span<const Credential* const> credentials,
                                          Deadline deadline) {
    const auto array = [&](auto textOf) { return arrayOf(credentials, textOf); };
    const std::array<std::string, 7> parameters{
        array([](const Credential* c) { return c->id.toString(); }),
        array([](const Credential* c) -> std::string_view { return c->name; }),
        array([](const Credential* c) -> std::string_view { return c->email; }),
        array([](const Credential* c) -> std::string_view { return c->credentialType; }),
        array([](const Credential* c) -> std::string_view { return c->metadata; }),
        array([](const Credential* c) -> std::string_view { return c->issuedBy; }),
        array([](const Credential* c) { return toIso8601(c->issuedAt); })};
    const auto result = connection_.run("insert", parameters, deadline);
    std::vector<Uuid> recorded;
    recorded.reserve(credentials.size());
    for (int row = 0; row < result.rows(); ++row)
        recorded.push_back(result.uuid(row, 0));
    std::ranges::sort(recorded);
    std::vector<bool> inserted;
    for (const Credential* credential : credentials)
        inserted.push_back(std::ranges::binary_search(recorded, credential->id));
    return inserted;
}

std::vector<std::optional<Duplicate>>
PostgresSession::findSame(std::span<const Credential* const> credentials, Deadline deadline) {
    const auto array = [&](auto textOf) { return arrayOf(credentials, textOf); };
    const std::array<std::string, 3> parameters{
        array([](const Credential* c) -> std::string_view { return c->name; }),
        array([](const Credential* c) -> std::string_view { return c->email; }),
        array([](const Credential* c) -> std::string_view { return c->credentialType; })};
    const auto result = connection_.run("find_same", parameters, deadline);
    std::vector<std::optional<Duplicate>> same(credentials.size());
    for (int row = 0; row < result.rows(); ++row) {
        const auto position = static_cast<std::size_t>(result.integer(row, 0) - 1);
        same.at(position) = Duplicate{result.uuid(row, 1), std::string(result.text(row, 2)),
                                      result.timestamp(row, 3)};
    }
    const bool hasStandby = result.rows() > 0 && result.boolean(0, 4);
    if (hasStandby)
        awaitStandby(deadline);
    return same;
}

Session::Found PostgresSession::findById(std::span<const Uuid> ids, Deadline deadline) {
    return foundOf(connection_.run(findByIdName, parametersOf(ids), deadline), ids);
}

std::unique_ptr<Pending<Session::Found>> PostgresSession::beginFindById(std::span<const Uuid> ids) {
    return std::make_unique<PendingFound>(connection_, ids);
}

// PostgreSQL ends no session that waits within its commit, whatever becomes of its client: one more
// for each time-out would use up every connection that the server has.
void PostgresSession::refuseWhileCommitsHang(Deadline deadline) {
    if (connection_.query(hangingSql, {}, deadline).rows() > 0)
        throw StorageError(Fault::timedOut);
}

// A session that was ended while its commit waited for the synchronous standby has left a row that
// can be seen and may yet be lost. A commit of our own waits for all that came before it.
void PostgresSession::awaitStandby(Deadline deadline) {
    connection_.query(barrierSql, {}, deadline);
}

void PostgresSession::probe(Deadline deadline) { connection_.run("probe", {}, deadline); }

} // namespace kubecred::storage
