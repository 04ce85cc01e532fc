#include "Database.h"

#include "kubecred/Resolver.h"
#include "storage/migrating/Once.h"
#include "storage/migrating/PostgresMigrationSession.h"
#include "storage/migrating/SqliteMigrationSession.h"
#include "storage/sessions/postgresql/PostgresServers.h"
#include "storage/sessions/postgresql/PostgresSession.h"
#include "storage/sessions/sqlite/SqliteSession.h"

#include <algorithm>
#include <memory>
#include <span>
#include <string>
#include <utility>

namespace kubecred::storage {
namespace {

// While so many are stuck, another one would be as well.
constexpr std::size_t mostWorkers = 32;

SessionFactory sessionFactory(const DatabaseSettings& settings, const Resolver& resolver,
                              Threads& workers) {
    if (settings.driver == DatabaseSettings::Driver::postgresql)
        return [postgres = settings.postgres, resolver](Role role, Deadline deadline) {
            return std::make_unique<PostgresSession>(postgres, resolver, role, deadline);
        };
    return [path = settings.path, &workers](Role role, Deadline deadline) {
        if (workers.running() >= mostWorkers)
            throw StorageError(Fault::timedOut);
        return std::make_unique<SqliteSession>(path, role, deadline, workers);
    };
}

std::unique_ptr<MigrationSession> migrationSession(const DatabaseSettings& settings,
                                                   const Resolver& resolver, Deadline deadline) {
    if (settings.driver == DatabaseSettings::Driver::sqlite)
        return std::make_unique<SqliteMigrationSession>(settings.path, deadline);
    return std::make_unique<PostgresMigrationSession>(settings.postgres, resolver, deadline);
}

std::span<const Migration> migrationsOf(const DatabaseSettings& settings) {
    return settings.driver == DatabaseSettings::Driver::sqlite ? sqliteMigrations()
                                                               : postgresMigrations();
}

void migrate(const DatabaseSettings& settings, const Resolver& resolver, Logger& logger,
             Deadline deadline) {
    try {
        Migrator migrator(migrationSession(settings, resolver, deadline), migrationsOf(settings));
        migrator.migrate([&](std::string_view name) {
            logger.log(LogLevel::info, "migration applied", {{"migration", name}});
        });
    } catch (const MigrationChanged& error) {
        logger.log(LogLevel::error, error.what());
        throw StorageError(Fault::refused);
    }
}

// Migrates before the first session is opened.
SessionFactory migratingFactory(const DatabaseSettings& settings, const Resolver& resolver,
                                Threads& workers, Logger& logger) {
    return [settings, resolver, &logger, open = sessionFactory(settings, resolver, workers),
            migration = std::make_shared<Once>()](Role role, Deadline deadline) {
        migration->run(deadline, [&] { migrate(settings, resolver, logger, deadline); });
        return open(role, deadline);
    };
}

int badness(DatabaseState::Kind kind) noexcept {
    switch (kind) {
    case DatabaseState::Kind::up:
        return 0;
    case DatabaseState::Kind::starting:
        return 1;
    case DatabaseState::Kind::down:
        break;
    }
    return 2;
}

} // namespace

Database::Database(const DatabaseSettings& settings, Logger& logger, const Clock& clock,
                   Metrics& metrics)
    : settings_(settings),
      logger_(logger),
      clock_(clock),
      metrics_(metrics),
      unused_{DatabaseState::Kind::up, clock.now(), std::nullopt},
      factory_(settings.migrateOnStart ? migratingFactory(settings, Resolver(), workers_, logger)
                                       : sessionFactory(settings, Resolver(), workers_)),
      cache_(settings.cache.entries, settings.cache.bytes) {
    if (settings.cache.entries > 0)
        addCacheGauges();
}

void Database::addCacheGauges() {
    metrics_.gauge({"kubecred_credential_cache_entries", "Credentials that are kept in memory."},
                   [this] { return static_cast<double>(cache_.size().entries); });
    metrics_.gauge({"kubecred_credential_cache_bytes", "Memory that they take, nearly."},
                   [this] { return static_cast<double>(cache_.size().bytes); });
}

SessionPool& Database::readingPool() {
    if (!reading_)
        reading_.emplace("reads", factory_, Role::reading, settings_.poolSize, logger_, clock_,
                         metrics_);
    return reading_->pool;
}

SessionPool& Database::writingPool() {
    // SQLite lets one connection write at a time.
    const bool isSqlite = settings_.driver == DatabaseSettings::Driver::sqlite;
    if (!writing_)
        writing_.emplace("writes", factory_, Role::writing, isSqlite ? 1 : settings_.poolSize,
                         logger_, clock_, metrics_);
    return writing_->pool;
}

CredentialReader& Database::reader() {
    if (!finder_)
        finder_.emplace(readingPool());
    if (settings_.cache.entries == 0)
        return *finder_;
    if (!cachedReader_)
        cachedReader_.emplace(*finder_, cache_, settings_.cache, clock_, metrics_);
    return *cachedReader_;
}

CredentialWriter& Database::writer() {
    if (!issuer_)
        issuer_.emplace(writingPool());
    if (settings_.cache.entries == 0)
        return *issuer_;
    if (!cachingWriter_)
        cachingWriter_.emplace(*issuer_, cache_, clock_);
    return *cachingWriter_;
}

void Database::start() {
    if (writing_)
        writing_->pool.start();
    if (reading_)
        reading_->pool.start();
}

bool Database::stop(Deadline deadline) {
    if (writing_)
        writing_->pool.beginToStop();
    if (reading_)
        reading_->pool.beginToStop();
    const bool isWriterOver = !writing_ || writing_->pool.stop(deadline);
    const bool isReaderOver = !reading_ || reading_->pool.stop(deadline);
    return isWriterOver && isReaderOver && workers_.join(deadline);
}

std::optional<DatabaseState> Database::reads() const {
    return reading_ ? std::optional(reading_->breaker.state()) : std::nullopt;
}

std::optional<DatabaseState> Database::writes() const {
    return writing_ ? std::optional(writing_->breaker.state()) : std::nullopt;
}

DatabaseState Database::state() const {
    const auto read = reads();
    const auto write = writes();
    if (!read || !write)
        return read ? *read : write.value_or(unused_);
    return badness(write->kind) > badness(read->kind) ? *write : *read;
}

void prepareEnvironment(const DatabaseSettings& settings) {
    if (settings.driver == DatabaseSettings::Driver::postgresql)
        prepareEnvironment(settings.postgres.password);
}

std::unique_ptr<Migrator> makeMigrator(const DatabaseSettings& settings,
                                       std::chrono::milliseconds patience) {
    // A file is there at once or not at all; what may take its time is another migration of it.
    if (settings.driver == DatabaseSettings::Driver::sqlite)
        patience = std::max<std::chrono::milliseconds>(patience, std::chrono::seconds(30));
    return std::make_unique<Migrator>(
        migrationSession(settings, Resolver(), std::chrono::steady_clock::now() + patience),
        migrationsOf(settings));
}

void ensureLogins(const DatabaseSettings& settings, std::chrono::milliseconds patience) {
    if (settings.driver == DatabaseSettings::Driver::sqlite || settings.logins.empty())
        return;
    PostgresMigrationSession session(settings.postgres, Resolver(),
                                     std::chrono::steady_clock::now() + patience);
    session.begin();
    for (const auto& login : settings.logins)
        session.ensureLogin(login);
    session.commit();
}

} // namespace kubecred::storage
