#include "PostgresSession.h"

#include <array>
#include <charconv>

namespace kubecred::storage {
namespace {

// The server gives up by itself on what a lost or impatient client has left behind.
constexpr const char* sessionSetup = "SET TIME ZONE 'UTC';"
                                     "SET statement_timeout = '5s';"
                                     "SET lock_timeout = '2s'";

constexpr const char* insertSql =
    "INSERT INTO credentials (id, name, email, credential_type, metadata, issued_by, issued_at) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7) "
    "ON CONFLICT (name, email, credential_type) DO NOTHING RETURNING id";

constexpr const char* findSameSql =
    "SELECT id, issued_by, floor(extract(epoch FROM issued_at) * 1000)::bigint FROM credentials "
    "WHERE name = $1 AND email = $2 AND credential_type = $3";

constexpr const char* findByIdSql =
    "SELECT name, email, credential_type, coalesce(nullif(metadata, 'null'), '{}'), issued_by, "
    "floor(extract(epoch FROM issued_at) * 1000)::bigint FROM credentials WHERE id = $1";

constexpr const char* probeSql = "SELECT FROM credentials LIMIT 0";

Uuid uuidOf(std::string_view text) {
    const auto uuid = Uuid::parse(text);
    if (!uuid)
        throw StorageError(Fault::refused);
    return *uuid;
}

Timestamp timestampOf(std::string_view milliseconds) {
    std::int64_t count = 0;
    std::from_chars(milliseconds.data(), milliseconds.data() + milliseconds.size(), count);
    return Timestamp(std::chrono::milliseconds(count));
}

} // namespace

PostgresSession::PostgresSession(const PostgresSettings& settings, Deadline deadline)
    : connection_(settings, deadline) {
    connection_.script(sessionSetup, deadline);
    connection_.prepare("probe", probeSql, deadline);
    connection_.prepare("insert", insertSql, deadline);
    connection_.prepare("find_same", findSameSql, deadline);
    connection_.prepare("find_by_id", findByIdSql, deadline);
    probe(deadline);
}

bool PostgresSession::insert(const Credential& credential, Deadline deadline) {
    const std::array<std::string, 7> parameters{
        credential.id.toString(),      credential.name,     credential.email,
        credential.credentialType,     credential.metadata, credential.issuedBy,
        toIso8601(credential.issuedAt)};
    return connection_.run("insert", parameters, deadline).rows() == 1;
}

std::optional<Duplicate> PostgresSession::findSame(const Credential& credential,
                                                   Deadline deadline) {
    const std::array<std::string, 3> parameters{credential.name, credential.email,
                                                credential.credentialType};
    const auto result = connection_.run("find_same", parameters, deadline);
    if (result.rows() == 0)
        return std::nullopt;
    return Duplicate{uuidOf(result.text(0, 0)), std::string(result.text(0, 1)),
                     timestampOf(result.text(0, 2))};
}

std::optional<Credential> PostgresSession::findById(const Uuid& id, Deadline deadline) {
    const std::array<std::string, 1> parameters{id.toString()};
    const auto result = connection_.run("find_by_id", parameters, deadline);
    if (result.rows() == 0)
        return std::nullopt;
    const auto text = [&](int column) { return std::string(result.text(0, column)); };
    return Credential{id, text(0), text(1), text(2), text(3), text(4), timestampOf(text(5))};
}

void PostgresSession::probe(Deadline deadline) { connection_.run("probe", {}, deadline); }

} // namespace kubecred::storage
