#pragma once

#include "SqliteWorker.h"
#include "storage/sessions/Session.h"

#include <string>

namespace kubecred::storage {

/// A session with a SQLite file. SQLite lets one connection write at a time.
class SqliteSession final : public Session {
public:
    /// Opens the file and rehearses what the role needs, in a thread of its own, which is one of
    /// `threads`: where the disk is stuck, it outlives this object. Throws StorageError by the
    /// deadline.
    SqliteSession(const std::string& path, Role role, Deadline deadline, Threads& threads);

    void begin(const Statement& statement, const Parameters& parameters,
               Deadline deadline) override;
    void beginProbe(Deadline deadline) override;
    int descriptor() const noexcept override { return worker_.descriptor(); }
    short events() const noexcept override;
    std::optional<Result> proceed() override { return worker_.proceed(); }
    bool usable() const noexcept override { return worker_.usable(); }

private:
    const Role role_;
    SqliteWorker worker_;
};

} // namespace kubecred::storage
