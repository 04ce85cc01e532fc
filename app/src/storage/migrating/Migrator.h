#pragma once

#include "MigrationSession.h"

#include <functional>
#include <memory>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace kubecred::storage {

/// A migration that was applied is not the one of the same name in this program.
class MigrationChanged : public std::runtime_error {
public:
    explicit MigrationChanged(const std::string& name);
};

struct MigrationStatus {
    std::string_view name;
    bool applied;
};

/// Brings a database's schema up to what this program carries. Any number of them may run against
/// one database at once: each migration is applied once, by one of them.
class Migrator {
public:
    Migrator(std::unique_ptr<MigrationSession> session, std::span<const Migration> migrations);

    /// Applies what is pending, each in a transaction of its own, calling `applied` after each.
    /// Throws StorageError or MigrationChanged; what was applied before stays.
    void migrate(const std::function<void(std::string_view name)>& applied);

    /// What this program carries and whether the database has it. Changes nothing.
    std::vector<MigrationStatus> status();

private:
    const Migration* firstPending();

    std::unique_ptr<MigrationSession> session_;
    std::span<const Migration> migrations_;
};

} // namespace kubecred::storage
