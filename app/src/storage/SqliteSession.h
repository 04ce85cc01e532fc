#pragma once

#include "Session.h"
#include "SqliteConnection.h"

#include <string>

namespace kubecred::storage {

/// A session with a SQLite file. SQLite lets one connection write at a time.
class SqliteSession final : public Session {
public:
    /// Opens the file and rehearses what the role needs. Throws StorageError by the deadline.
    SqliteSession(const std::string& path, Role role, Deadline deadline);

    Inserted insert(Credentials credentials, Deadline deadline) override;
    Same findSame(Credentials credentials, Deadline deadline) override;
    Found findById(std::span<const Uuid> ids, Deadline deadline) override;
    void probe(Deadline deadline) override;
    bool usable() const noexcept override { return connection_.usable(); }

private:
    bool insertOne(const Credential& credential);
    std::optional<Duplicate> findSame(const Credential& credential);
    std::optional<Credential> findById(const Uuid& id);
    void rehearse();

    SqliteConnection connection_;
};

} // namespace kubecred::storage
