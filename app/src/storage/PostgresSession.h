#pragma once

#include "PostgresConnection.h"
#include "Session.h"

namespace kubecred::storage {

/// A session with PostgreSQL; every statement is a transaction by itself.
class PostgresSession final : public Session {
public:
    /// Connects, prepares and probes. Throws StorageError.
    PostgresSession(const PostgresSettings& settings, Deadline deadline);

    bool insert(const Credential& credential, Deadline deadline) override;
    std::optional<Duplicate> findSame(const Credential& credential, Deadline deadline) override;
    std::optional<Credential> findById(const Uuid& id, Deadline deadline) override;
    void probe(Deadline deadline) override;
    bool usable() const noexcept override { return connection_.usable(); }
    bool silent() const noexcept override { return connection_.silent(); }

private:
    PostgresConnection connection_;
};

} // namespace kubecred::storage
