#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace kubecred::storage {

/// How a PostgreSQL database is reached. No text but the password may hold white space: Poco
/// splits its connection string there.
struct PostgresSettings {
    std::string host = "localhost";
    std::uint16_t port = 5432;
    std::string name = "kube_credential";
    std::string user = "kube_credential";
    std::string password;
    std::string sslMode = "prefer";
    std::string sslRootCert;
    std::string targetSessionAttrs = "any";
    std::string schema = "public"; ///< lower-case letters, digits and underscores
    std::chrono::seconds sessionMaxAge{60};
};

/// A login user of PostgreSQL for a service, which a migration makes.
struct PostgresLogin {
    std::string user;
    std::string password;
    std::string group; ///< the role whose privileges it has
};

/// What is kept of credentials in memory. Both times run from an entry's last confirmation by the
/// database.
struct CacheSettings {
    std::size_t entries = 0; ///< 0: there is no cache
    std::size_t bytes = 16 << 20;
    std::chrono::seconds fresh{0}; ///< how long an entry spares a look-up
    std::chrono::seconds stale{0}; ///< how long it counts while the database is out of reach
};

struct DatabaseSettings {
    enum class Driver { sqlite, postgresql };

    Driver driver = Driver::sqlite;
    std::string path; ///< of the SQLite file
    PostgresSettings postgres;
    std::size_t poolSize = 4; ///< sessions for reading, and as many for writing
    bool migrateOnStart = false;
    std::vector<PostgresLogin> logins; ///< unused with SQLite
    CacheSettings cache;
};

} // namespace kubecred::storage
