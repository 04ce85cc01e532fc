#include "Database.h"

#include "Once.h"
#include "PostgresMigrationSession.h"
#include "PostgresServers.h"
#include "PostgresSession.h"
#include "SqliteMigrationSession.h"
#include "SqliteSession.h"
#include "kubecred/Resolver.h"

#include <algorithm>
#include <memory>
#include <span>
#include <string>
#include <utility>

namespace kubecred::storage {
namespace {

SessionFactory sessionFactory(const DatabaseSettings& settings, const Resolver& resolver) {
    if (settings.driver == DatabaseSettings::Driver::postgresql)
        return [postgres = settings.postgres, resolver](Role role, Deadline deadline) {
            return std::make_unique<PostgresSession>(postgres, resolver, role, deadline);
        };
    return [path = settings.path](Role role, Deadline deadline) {
        return std::make_unique<SqliteSession>(path, role, deadline);
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
                                Logger& logger) {
    return [settings, resolver, &logger, open = sessionFactory(settings, resolver),
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
      factory_(settings.migrateOnStart ? migratingFactory(settings, Resolver(), logger)
                                       : sessionFactory(settings, Resolver())),
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

CredentialReader& Database::reader() {
    if (!reader_)
        reader_.emplace(factory_, settings_.poolSize, logger_, clock_, metrics_);
    if (settings_.cache.entries == 0)
        return *reader_;
    if (!cachedReader_)
        cachedReader_.emplace(*reader_, cache_, settings_.cache, clock_, metrics_);
    return *cachedReader_;
}

CredentialWriter& Database::writer() {
    // SQLite lets one connection write at a time.
    const bool isSqlite = settings_.driver == DatabaseSettings::Driver::sqlite;
    if (!writer_)
        writer_.emplace(factory_, isSqlite ? 1 : settings_.poolSize, logger_, clock_, metrics_);
    if (settings_.cache.entries == 0)
        return *writer_;
    if (!cachingWriter_)
        cachingWriter_.emplace(*writer_, cache_, clock_);
    return *cachingWriter_;
}

void Database::start() {
    if (writer_)
        writer_->start();
    if (reader_)
        reader_->start();
}

bool Database::stop(Deadline deadline) {
    if (writer_)
        writer_->beginToStop();
    if (reader_)
        reader_->beginToStop();
    const bool isWriterOver = !writer_ || writer_->stop(deadline);
    const bool isReaderOver = !reader_ || reader_->stop(deadline);
    return isWriterOver && isReaderOver;
}

std::optional<DatabaseState> Database::reads() const {
    return reader_ ? std::optional(reader_->state()) : std::nullopt;
}

std::optional<DatabaseState> Database::writes() const {
    return writer_ ? std::optional(writer_->state()) : std::nullopt;
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
