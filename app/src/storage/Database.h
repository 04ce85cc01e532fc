#pragma once

#include "DatabaseSettings.h"
#include "kubecred/Clock.h"
#include "kubecred/Log.h"
#include "kubecred/Threads.h"
#include "kubecred/domain/CredentialStorage.h"
#include "storage/cache/CachedCredentials.h"
#include "storage/migrating/Migrator.h"
#include "storage/operations/FindCredentials.h"
#include "storage/operations/IssueCredentials.h"
#include "storage/sessions/SessionPool.h"

#include <memory>
#include <optional>
#include <string_view>

namespace kubecred::storage {

/// The database that the configuration chose, with everything that this process keeps for it.
class Database final : public CredentialStorage {
public:
    /// Connects to nothing yet. The references must outlive this object.
    Database(const DatabaseSettings& settings, Logger& logger, const Clock& clock,
             Metrics& metrics);

    /// The ports; before `start` only, where a port has not been asked for yet.
    CredentialReader& reader() override;
    CredentialWriter& writer() override;

    /// Begins to connect for those ports that were asked for; returns at once.
    void start();

    /// Ends what is under way, fails what waits, and closes every session; false where a thread has
    /// not ended by the deadline. May be called again then.
    bool stop(Deadline deadline = Deadline::max());

    /// How reading and writing are doing; nothing for what nobody asked for.
    std::optional<DatabaseState> reads() const;
    std::optional<DatabaseState> writes() const;

    /// The worse of both; up where nobody asked for either.
    DatabaseState state() const;

private:
    /// The sessions of a role, for every operation of it.
    struct Sessions {
        Sessions(std::string_view name, const SessionFactory& factory, Role role, std::size_t size,
                 Logger& logger, const Clock& clock, Metrics& metrics)
            : breaker(name, logger, clock), pool(factory, role, size, breaker, logger, metrics) {}

        CircuitBreaker breaker;
        SessionPool pool;
    };

    SessionPool& readingPool();
    SessionPool& writingPool();
    void addCacheGauges();

    const DatabaseSettings settings_;
    Logger& logger_;
    const Clock& clock_;
    Metrics& metrics_;
    const DatabaseState unused_; // while nobody asks for a port
    Threads workers_;            // of SQLite: one that is stuck outlives its session
    const SessionFactory factory_;

    // What nobody asks for is not there.
    std::optional<Sessions> reading_;
    std::optional<Sessions> writing_;
    std::optional<FindCredentials> finder_;
    std::optional<IssueCredentials> issuer_;
    CredentialCache cache_;
    std::optional<CachedReader> cachedReader_;
    std::optional<CachingWriter> cachingWriter_;
};

/// Lets every later connection of this process find the password, and nothing else that its
/// environment says of databases. Call before any other thread runs: it changes the environment.
void prepareEnvironment(const DatabaseSettings& settings);

/// Connects for a migration, within the patience; waits for others who use a SQLite file for half a
/// minute at least. Throws StorageError.
std::unique_ptr<Migrator>
makeMigrator(const DatabaseSettings& settings,
             std::chrono::milliseconds patience = std::chrono::seconds(5));

/// Makes the login users that the settings name, or gives them their passwords anew, after a
/// migration has made their groups. Throws StorageError.
void ensureLogins(const DatabaseSettings& settings,
                  std::chrono::milliseconds patience = std::chrono::seconds(5));

} // namespace kubecred::storage
