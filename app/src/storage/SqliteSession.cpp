#include "SqliteSession.h"

#include <utility>

namespace kubecred::storage {
namespace {

using Poco::Data::Statement;
using Poco::Data::Keywords::bind;
using Poco::Data::Keywords::into;

constexpr const char* insertSql =
    "INSERT INTO credentials (id, name, email, credential_type, metadata, issued_by, issued_at) "
    "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (name, email, credential_type) DO NOTHING";

constexpr const char* findSameSql = "SELECT id, issued_by, issued_at FROM credentials "
                                    "WHERE name = ? AND email = ? AND credential_type = ?";

constexpr const char* findByIdSql =
    "SELECT name, email, credential_type, coalesce(metadata, '{}'), issued_by, issued_at "
    "FROM credentials WHERE id = ?";

Timestamp timestampOf(Poco::Int64 milliseconds) {
    return Timestamp(std::chrono::milliseconds(milliseconds));
}

class Turn {
public:
    Turn(std::binary_semaphore& semaphore, Deadline deadline) : semaphore_(semaphore) {
        if (!semaphore_.try_acquire_until(deadline))
            throw StorageError(Fault::timedOut);
    }
    ~Turn() { semaphore_.release(); }
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

private:
    std::binary_semaphore& semaphore_;
};

} // namespace

SqliteSession::SqliteSession(const std::string& path, SqliteWriteTurn turn, Deadline deadline)
    : connection_(path), turn_(std::move(turn)) {
    probe(deadline);
}

bool SqliteSession::insert(const Credential& credential, Deadline deadline) {
    const Turn turn(*turn_, deadline);
    return connection_.run(insertSql, [&](Statement& statement) {
        statement, bind(credential.id.toString()), bind(credential.name), bind(credential.email),
            bind(credential.credentialType), bind(credential.metadata), bind(credential.issuedBy),
            bind(Poco::Int64{credential.issuedAt.time_since_epoch().count()});
    }) == 1;
}

std::optional<Duplicate> SqliteSession::findSame(const Credential& credential, Deadline) {
    std::string id;
    Duplicate same;
    Poco::Int64 issuedAt = 0;
    const auto rows = connection_.run(findSameSql, [&](Statement& statement) {
        statement, into(id), into(same.issuedBy), into(issuedAt), bind(credential.name),
            bind(credential.email), bind(credential.credentialType);
    });
    if (rows == 0)
        return std::nullopt;
    const auto uuid = Uuid::parse(id);
    if (!uuid)
        throw StorageError(Fault::refused);
    same.id = *uuid;
    same.issuedAt = timestampOf(issuedAt);
    return same;
}

std::optional<Credential> SqliteSession::findById(const Uuid& id, Deadline) {
    Credential found;
    Poco::Int64 issuedAt = 0;
    const auto rows = connection_.run(findByIdSql, [&](Statement& statement) {
        statement, into(found.name), into(found.email), into(found.credentialType),
            into(found.metadata), into(found.issuedBy), into(issuedAt), bind(id.toString());
    });
    if (rows == 0)
        return std::nullopt;
    found.id = id;
    found.issuedAt = timestampOf(issuedAt);
    return found;
}

void SqliteSession::probe(Deadline) {
    Poco::Int64 present = 0;
    connection_.run("SELECT count(*) FROM (SELECT 1 FROM credentials LIMIT 1)",
                    [&](Statement& statement) { statement, into(present); });
}

} // namespace kubecred::storage
