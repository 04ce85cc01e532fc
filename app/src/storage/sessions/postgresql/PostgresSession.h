#pragma once

#include "PostgresConnection.h"
#include "storage/sessions/Session.h"

#include <string>
#include <vector>

namespace kubecred::storage {

/// A session with PostgreSQL.
class PostgresSession final : public Session {
public:
    /// Connects, prepares what the role asks, and rehearses it. Throws StorageError by the deadline
    /// or shortly after it.
    PostgresSession(const PostgresSettings& settings, const Resolver& resolver, Role role,
                    Deadline deadline);

    void begin(const Statement& statement, const Parameters& parameters,
               Deadline deadline) override;

    /// Also looks whether the server is still of the kind that was asked for.
    void beginProbe(Deadline deadline) override;
    int descriptor() const noexcept override { return connection_.socket(); }
    short events() const noexcept override { return connection_.events(); }
    std::optional<Result> proceed() override;
    Deadline retireAt() const noexcept override { return retireAt_; }
    bool usable() const noexcept override { return connection_.usable(); }

private:
    void prepare(Deadline deadline);
    void refuseWhileCommitsHang(Deadline deadline);
    void rehearse(Deadline deadline);
    std::string inSchema(std::string_view sql) const;

    const Role role_;
    const std::string schema_;
    const std::string targetSessionAttrs_;
    const Deadline retireAt_;
    PostgresConnection connection_;
    bool probing_ = false; // what is under way is a probe
};

} // namespace kubecred::storage
