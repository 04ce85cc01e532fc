#pragma once

#include "CredentialStore.h"
#include "DatabaseSettings.h"
#include "Migrator.h"
#include "SessionPool.h"
#include "kubecred/Clock.h"
#include "kubecred/Log.h"

#include <memory>

namespace kubecred::storage {

/// The database that the configuration chose, with everything that this process keeps for it.
class Database {
public:
    /// Connects to nothing yet. The references must outlive this object.
    Database(const DatabaseSettings& settings, Logger& logger, const Clock& clock);

    void start() { pool_.start(); }
    void stop() { pool_.stop(); }

    CredentialReader& reader() noexcept { return store_; }
    CredentialWriter& writer() noexcept { return store_; }
    DatabaseState state() const { return pool_.state(); }

private:
    SessionPool pool_;
    CredentialStore store_;
};

/// Lets every later connection of this process find the password. Call before any other thread
/// runs: it changes the process's environment.
void providePassword(const DatabaseSettings& settings);

/// Connects for a migration. Throws StorageError.
std::unique_ptr<Migrator> makeMigrator(const DatabaseSettings& settings);

} // namespace kubecred::storage
