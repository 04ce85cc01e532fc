#pragma once

#include "storage/DatabaseSettings.h"
#include "support/PostgresServer.h"

namespace kubecred::test {

/// One server for all tests of a program, since starting one takes a second.
inline PostgresServer& sharedPostgres() {
    static PostgresServer server;
    return server;
}

inline storage::PostgresSettings postgresSettings(const PostgresServer& server,
                                                  const std::string& database) {
    storage::PostgresSettings settings;
    settings.host = "127.0.0.1";
    settings.port = static_cast<std::uint16_t>(server.port());
    settings.name = database;
    settings.user = "postgres";
    return settings;
}

/// An empty database that no other test uses.
inline storage::DatabaseSettings emptyPostgresDatabase() {
    storage::DatabaseSettings settings;
    settings.driver = storage::DatabaseSettings::Driver::postgresql;
    settings.postgres = postgresSettings(sharedPostgres(), sharedPostgres().createDatabase());
    settings.poolSize = 8;
    return settings;
}

} // namespace kubecred::test
