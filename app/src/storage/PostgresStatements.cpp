#include "PostgresStatements.h"

#include "PostgresArray.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kubecred::storage {
namespace {

// Returns what was recorded, and what the others lost against as far as this statement could see
// it: not one that was recorded meanwhile, or by itself.
constexpr const char* insert = "insert";
constexpr const char* insertSql =
    "WITH asked AS (SELECT * FROM unnest($1::uuid[], $2::varchar[], $3::varchar[], $4::varchar[], "
    "$5::jsonb[], $6::varchar[], $7::timestamp[]) WITH ORDINALITY "
    "AS t (id, name, email, credential_type, metadata, issued_by, issued_at, position)), "
    "inserted AS (INSERT INTO credentials "
    "(id, name, email, credential_type, metadata, issued_by, issued_at) "
    "SELECT id, name, email, credential_type, metadata, issued_by, issued_at FROM asked "
    "ON CONFLICT (name, email, credential_type) DO NOTHING RETURNING id) "
    "SELECT 0::bigint, id, NULL, NULL FROM inserted UNION ALL "
    "SELECT position, winner.id, winner.issued_by, "
    "coalesce(winner.issued_at, 'epoch')::timestamp "
    "FROM asked JOIN credentials AS winner USING (name, email, credential_type) "
    "WHERE asked.id NOT IN (SELECT id FROM inserted) "
    "AND current_setting('synchronous_standby_names') = ''";

constexpr const char* findSame = "find_same";
constexpr const char* findSameSql =
    "SELECT position, id, issued_by, coalesce(issued_at, 'epoch')::timestamp, "
    "current_setting('synchronous_standby_names') <> '' "
    "FROM unnest($1::varchar[], $2::varchar[], $3::varchar[]) WITH ORDINALITY "
    "AS lost (name, email, credential_type, position) "
    "JOIN credentials USING (name, email, credential_type)";

// A commit that changes nothing.
constexpr const char* barrier = "barrier";
constexpr const char* barrierSql = "SELECT pg_logical_emit_message(true, 'kube-credential', '')";

constexpr const char* findById = "find_by_id";
// The inner query writes metadata out once; OFFSET keeps it from being merged into the outer one.
constexpr const char* findByIdSql =
    "SELECT id, name, email, credential_type, "
    "CASE WHEN octet_length(metadata) <= $2::integer THEN metadata END, issued_by, issued_at "
    "FROM (SELECT id, name, email, credential_type, "
    "coalesce(nullif(metadata, 'null'), '{}')::text AS metadata, "
    "issued_by, coalesce(issued_at, 'epoch')::timestamp AS issued_at FROM credentials "
    "WHERE id = ANY ($1::uuid[]) OFFSET 0) AS found";

template <typename Item, typename Text>
std::string arrayOf(std::span<Item> items, Text textOf) {
    PostgresArray array;
    for (const auto& item : items)
        array.add(textOf(item));
    return std::move(array).text();
}

/// A statement under way, and how its result is read: nothing where another one was begun.
template <typename Answer>
class PostgresPending final : public Pending<Answer> {
public:
    using Read = std::function<std::optional<Answer>(const PostgresResult&)>;

    PostgresPending(PostgresConnection& connection, const char* name,
                    std::span<const std::string> parameters, Read read)
        : connection_(connection), read_(std::move(read)) {
        connection_.begin(name, parameters);
    }

    int socket() const noexcept override { return connection_.socket(); }
    short events() const noexcept override { return connection_.events(); }

    std::optional<Answer> proceed() override {
        const auto result = connection_.proceed();
        return result ? read_(*result) : std::nullopt;
    }

private:
    PostgresConnection& connection_;
    const Read read_;
};

// Which of the credentials a row is about, from 1; or 0.
std::size_t positionOf(const PostgresResult& result, int row) {
    return static_cast<std::size_t>(result.integer(row, 0));
}

Duplicate winnerOf(const PostgresResult& result, int row) {
    return {result.uuid(row, 1), std::string(result.text(row, 2)), result.timestamp(row, 3)};
}

Inserted insertedOf(const PostgresResult& result, std::span<const Uuid> ids) {
    std::vector<Uuid> recorded;
    recorded.reserve(ids.size());
    Inserted inserted(ids.size());
    for (int row = 0; row < result.rows(); ++row) {
        if (const auto position = positionOf(result, row))
            inserted.at(position - 1) = winnerOf(result, row);
        else
            recorded.push_back(result.uuid(row, 1));
    }
    std::ranges::sort(recorded);
    for (std::size_t i = 0; i < ids.size(); ++i)
        if (std::ranges::binary_search(recorded, ids[i]))
            inserted[i] = Issued{};
    return inserted;
}

Same sameOf(const PostgresResult& result, std::size_t size) {
    Same same(size);
    for (int row = 0; row < result.rows(); ++row)
        same.at(positionOf(result, row) - 1) = winnerOf(result, row);
    return same;
}

Credential credentialOf(const PostgresResult& result, int row, const Uuid& id) {
    const auto text = [&](int column) { return std::string(result.text(row, column)); };
    return {id, text(1), text(2), text(3), text(4), text(5), result.timestamp(row, 6)};
}

Match matchOf(const PostgresResult& result, int row, const Uuid& id) {
    if (result.isNull(row, 4))
        return {std::nullopt, true};
    return {credentialOf(result, row, id)};
}

Found foundOf(const PostgresResult& result, std::span<const Uuid> ids) {
    std::vector<std::pair<Uuid, int>> rows;
    rows.reserve(ids.size());
    for (int row = 0; row < result.rows(); ++row)
        rows.emplace_back(result.uuid(row, 0), row);
    std::ranges::sort(rows);
    Found found;
    found.reserve(ids.size());
    for (const Uuid& id : ids) {
        const auto row = std::ranges::lower_bound(rows, id, {}, &std::pair<Uuid, int>::first);
        const bool present = row != rows.end() && row->first == id;
        found.push_back(present ? matchOf(result, row->second, id) : Match());
    }
    return found;
}

} // namespace

void prepareReading(PostgresConnection& connection, Deadline deadline) {
    connection.prepare(findById, findByIdSql, deadline);
}

void prepareWriting(PostgresConnection& connection, Deadline deadline) {
    connection.prepare(insert, insertSql, deadline);
    connection.prepare(findSame, findSameSql, deadline);
    connection.prepare(barrier, barrierSql, deadline);
}

std::unique_ptr<Pending<Inserted>> beginInsert(PostgresConnection& connection,
                                               Credentials credentials) {
    const auto array = [&](auto textOf) { return arrayOf(credentials, textOf); };
    const std::array<std::string, 7> parameters{
        array([](const Credential* c) { return c->id.toString(); }),
        array([](const Credential* c) -> std::string_view { return c->name; }),
        array([](const Credential* c) -> std::string_view { return c->email; }),
        array([](const Credential* c) -> std::string_view { return c->credentialType; }),
        array([](const Credential* c) -> std::string_view { return c->metadata; }),
        array([](const Credential* c) -> std::string_view { return c->issuedBy; }),
        array([](const Credential* c) { return toIso8601(c->issuedAt); })};
    std::vector<Uuid> ids;
    ids.reserve(credentials.size());
    for (const Credential* credential : credentials)
        ids.push_back(credential->id);
    return std::make_unique<PostgresPending<Inserted>>(
        connection, insert, parameters,
        [ids = std::move(ids)](const PostgresResult& result) { return insertedOf(result, ids); });
}

// A session that was ended while its commit waited for the synchronous standby has left a row that
// can be seen and may yet be lost. A commit of our own waits for all that came before it.
std::unique_ptr<Pending<Same>> beginFindSame(PostgresConnection& connection,
                                             Credentials credentials) {
    const auto array = [&](auto textOf) { return arrayOf(credentials, textOf); };
    const std::array<std::string, 3> parameters{
        array([](const Credential* c) -> std::string_view { return c->name; }),
        array([](const Credential* c) -> std::string_view { return c->email; }),
        array([](const Credential* c) -> std::string_view { return c->credentialType; })};
    const auto read = [&connection, size = credentials.size(), same = std::optional<Same>()](
                          const PostgresResult& result) mutable -> std::optional<Same> {
        if (same)
            return same; // the barrier's result
        same = sameOf(result, size);
        const bool hasStandby = result.rows() > 0 && result.boolean(0, 4);
        if (!hasStandby)
            return same;
        connection.begin(barrier, {});
        return std::nullopt;
    };
    return std::make_unique<PostgresPending<Same>>(connection, findSame, parameters, read);
}

std::unique_ptr<Pending<Found>> beginFindById(PostgresConnection& connection,
                                              std::span<const Uuid> ids) {
    constexpr int anySize = std::numeric_limits<std::int32_t>::max();
    const int mostBytes = ids.size() == 1 ? anySize : int{mostBytesBesideOthers};
    const std::array<std::string, 2> parameters{
        arrayOf(ids, [](const Uuid& id) { return id.toString(); }), std::to_string(mostBytes)};
    return std::make_unique<PostgresPending<Found>>(
        connection, findById, parameters,
        [ids = std::vector<Uuid>(ids.begin(), ids.end())](const PostgresResult& result) {
            return foundOf(result, ids);
        });
}

} // namespace kubecred::storage
