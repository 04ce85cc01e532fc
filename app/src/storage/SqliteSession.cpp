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

// A transaction that is undone unless it was committed.
class Transaction {
public:
    explicit Transaction(SqliteConnection& connection) : connection_(connection) {
        connection_.script("BEGIN IMMEDIATE");
    }
    ~Transaction() {
        if (!committed_)
            undo();
    }
    Transaction(const Transaction&) = delete;
    Transaction& operator=(const Transaction&) = delete;

    void commit() {
        connection_.script("COMMIT");
        committed_ = true;
    }

private:
    void undo() noexcept {
        try {
            connection_.script("ROLLBACK");
        } catch (const StorageError&) {
            // The connection is not usable any more, and ends the transaction by being closed.
        }
    }

    SqliteConnection& connection_;
    bool committed_ = false;
};

} // namespace

SqliteSession::SqliteSession(const std::string& path, Role role, Deadline deadline)
    : connection_(path, deadline) {
    probe(deadline);
    connection_.waitForOthers(deadline);
    if (role == Role::writing)
        rehearse();
}

Inserted SqliteSession::insert(Credentials credentials, Deadline deadline) {
    connection_.waitForOthers(deadline);
    Transaction transaction(connection_);
    Inserted inserted;
    for (const Credential* credential : credentials)
        inserted.push_back(insertOne(*credential) ? std::optional(IssueOutcome(Issued{}))
                                                  : std::nullopt);
    transaction.commit();
    return inserted;
}

Same SqliteSession::findSame(Credentials credentials, Deadline) {
    Same same;
    for (const Credential* credential : credentials)
        same.push_back(findSame(*credential));
    return same;
}

Found SqliteSession::findById(std::span<const Uuid> ids, Deadline) {
    Found found;
    for (const Uuid& id : ids) {
        Match match{findById(id)};
        match.isTooLarge = ids.size() > 1 && match.credential &&
                           match.credential->metadata.size() > mostBytesBesideOthers;
        if (match.isTooLarge)
            match.credential.reset();
        found.push_back(std::move(match));
    }
    return found;
}

bool SqliteSession::insertOne(const Credential& credential) {
    return connection_.run(insertSql, [&](Statement& statement) {
        statement, bind(credential.id.toString()), bind(credential.name), bind(credential.email),
            bind(credential.credentialType), bind(credential.metadata), bind(credential.issuedBy),
            bind(Poco::Int64{credential.issuedAt.time_since_epoch().count()});
    }) == 1;
}

std::optional<Duplicate> SqliteSession::findSame(const Credential& credential) {
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

std::optional<Credential> SqliteSession::findById(const Uuid& id) {
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

void SqliteSession::probe(Deadline deadline) {
    connection_.waitForOthers(deadline);
    Poco::Int64 present = 0;
    connection_.run("SELECT count(*) FROM (SELECT 1 FROM credentials LIMIT 1)",
                    [&](Statement& statement) { statement, into(present); });
}

// Finds out whether there is room for a row.
void SqliteSession::rehearse() {
    const Transaction transaction(connection_);
    const Uuid id = Uuid::version4();
    const std::string filler(255, '-');
    insertOne({id, id.toString(), filler, "", "{}", "", Timestamp()});
}

} // namespace kubecred::storage
