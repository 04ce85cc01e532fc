#pragma once

#include "PostgresConnection.h"
#include "Session.h"

namespace kubecred::storage {

/// A session with PostgreSQL; every statement is a transaction by itself.
class PostgresSession final : public Session {
public:
    /// Connects, prepares what the role needs and rehearses it. Throws StorageError.
    PostgresSession(const PostgresSettings& settings, const Resolver& resolver, Role role,
                    Deadline deadline);

    Inserted insert(Credentials credentials, Deadline deadline) override;
    Same findSame(Credentials credentials, Deadline deadline) override;
    Found findById(std::span<const Uuid> ids, Deadline deadline) override;

    bool isAsynchronous() const noexcept override { return true; }
    std::unique_ptr<Pending<Inserted>> beginInsert(Credentials credentials) override;
    std::unique_ptr<Pending<Same>> beginFindSame(Credentials credentials) override;
    std::unique_ptr<Pending<Found>> beginFindById(std::span<const Uuid> ids) override;

    /// Also looks whether the server is still of the kind that was asked for.
    void probe(Deadline deadline) override;
    Deadline retireAt() const noexcept override { return retireAt_; }
    bool usable() const noexcept override { return connection_.usable(); }

private:
    template <typename Answer>
    Answer wait(std::unique_ptr<Pending<Answer>> pending, Deadline deadline);

    void prepareToRead(const PostgresSettings& settings, Deadline deadline);
    void prepareToWrite(const PostgresSettings& settings, Deadline deadline);
    void refuseWhileCommitsHang(const std::string& schema, Deadline deadline);
    void rehearse(const std::string& schema, Deadline deadline);

    const Deadline retireAt_;
    const bool wantsPrimary_;
    PostgresConnection connection_;
};

} // namespace kubecred::storage
