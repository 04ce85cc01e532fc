#pragma once

#include "Session.h"
#include "SqliteConnection.h"

#include <memory>
#include <semaphore>
#include <string>

namespace kubecred::storage {

/// SQLite lets one connection write at a time. The sessions of one process take turns here, in
/// place of SQLite's own waiting, which sleeps and retries.
using SqliteWriteTurn = std::shared_ptr<std::binary_semaphore>;

/// A session with a SQLite file; every statement is a transaction by itself.
class SqliteSession final : public Session {
public:
    /// Opens and probes. Throws StorageError.
    SqliteSession(const std::string& path, SqliteWriteTurn turn, Deadline deadline);

    bool insert(const Credential& credential, Deadline deadline) override;
    std::optional<Duplicate> findSame(const Credential& credential, Deadline deadline) override;
    std::optional<Credential> findById(const Uuid& id, Deadline deadline) override;
    void probe(Deadline deadline) override;
    bool usable() const noexcept override { return connection_.usable(); }

private:
    SqliteConnection connection_;
    SqliteWriteTurn turn_;
};

} // namespace kubecred::storage
