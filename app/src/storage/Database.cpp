#include "Database.h"

#include "PostgresMigrationSession.h"
#include "PostgresSession.h"
#include "SqliteMigrationSession.h"
#include "SqliteSession.h"

#include <string>
#include <utility>

namespace kubecred::storage {
namespace {

SessionFactory sessionFactory(const DatabaseSettings& settings) {
    if (settings.driver == DatabaseSettings::Driver::postgresql)
        return [postgres = settings.postgres](Deadline deadline) {
            return std::make_unique<PostgresSession>(postgres, deadline);
        };
    const auto turn = std::make_shared<std::binary_semaphore>(1);
    return [path = settings.path, turn](Deadline deadline) {
        return std::make_unique<SqliteSession>(path, turn, deadline);
    };
}

void migrate(const DatabaseSettings& settings, Logger& logger) {
    try {
        makeMigrator(settings)->migrate([&](std::string_view name) {
            logger.log(LogLevel::info, "migration applied", {{"migration", name}});
        });
    } catch (const MigrationChanged& error) {
        logger.log(LogLevel::error, error.what());
        throw StorageError(Fault::refused);
    }
}

// Migrates before the first session is opened, and again until that has succeeded once. Only the
// keeper of the pool calls it.
SessionFactory migratingFactory(const DatabaseSettings& settings, Logger& logger) {
    return [settings, &logger, open = sessionFactory(settings),
            migrated = false](Deadline deadline) mutable {
        if (!migrated)
            migrate(settings, logger);
        migrated = true;
        return open(deadline);
    };
}

} // namespace

Database::Database(const DatabaseSettings& settings, Logger& logger, const Clock& clock)
    : pool_(settings.migrateOnStart ? migratingFactory(settings, logger) : sessionFactory(settings),
            settings.poolSize, logger, clock),
      store_(pool_) {}

void providePassword(const DatabaseSettings& settings) {
    if (settings.driver == DatabaseSettings::Driver::postgresql)
        PostgresConnection::providePassword(settings.postgres.password);
}

std::unique_ptr<Migrator> makeMigrator(const DatabaseSettings& settings) {
    if (settings.driver == DatabaseSettings::Driver::sqlite)
        return std::make_unique<Migrator>(std::make_unique<SqliteMigrationSession>(settings.path),
                                          sqliteMigrations());
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(5);
    return std::make_unique<Migrator>(
        std::make_unique<PostgresMigrationSession>(settings.postgres, deadline),
        postgresMigrations());
}

} // namespace kubecred::storage
