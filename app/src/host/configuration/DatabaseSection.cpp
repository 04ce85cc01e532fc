#include "DatabaseSection.h"

#include "DatabaseHost.h"
#include "TextFile.h"
#include "host/modules/KnownModules.h"

#include <algorithm>
#include <array>
#include <utility>

namespace kubecred::host {
namespace {

// A URL may hold a password, which would be shown wherever this text is.
bool isUrl(std::string_view text) { return text.find("://") != std::string_view::npos; }

// Poco splits the connection string at spaces, and libpq reads quotes and backslashes in it.
std::string readConnectionWord(Settings& settings, std::string_view key,
                               std::string_view fallback) {
    std::string word = settings.text(key, fallback);
    if (word.find_first_of(" \t\r\n'\"\\=;") != std::string::npos || isUrl(word))
        settings.reject(key,
                        "a text without white space, quotes, backslash, semicolon and =, no URL");
    return word;
}

std::string readDatabaseHost(Settings& settings) {
    std::string host = settings.text("database.host", "localhost");
    if (!isDatabaseHost(host))
        settings.reject("database.host", "a host name, an address or the folder of a socket, or a "
                                         "list of them; the port stands in database.port");
    return readConnectionWord(settings, "database.host", "localhost");
}

std::string readSchema(Settings& settings) {
    std::string schema = settings.text("database.schema", "public");
    const bool isPlain =
        schema.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_") == std::string::npos;
    if (schema.empty() || schema.size() > 63 || !isPlain || (schema[0] >= '0' && schema[0] <= '9'))
        settings.reject("database.schema", "up to 63 lower-case letters, digits and underscores, "
                                           "of which the first is no digit");
    return schema;
}

storage::PostgresSettings readPostgres(Settings& settings) {
    constexpr std::array<std::string_view, 6> sslModes{"disable", "allow",     "prefer",
                                                       "require", "verify-ca", "verify-full"};
    constexpr std::array<std::string_view, 6> sessionAttributes{
        "any", "read-write", "read-only", "primary", "standby", "prefer-standby"};
    storage::PostgresSettings postgres;
    postgres.host = readDatabaseHost(settings);
    postgres.port = static_cast<std::uint16_t>(settings.integer("database.port", 5432, 1, 65535));
    postgres.name = readConnectionWord(settings, "database.name", "kube_credential");
    postgres.user = readConnectionWord(settings, "database.user", "kube_credential");
    postgres.password = settings.text("database.password", "");
    postgres.sslMode = settings.choice("database.sslMode", "prefer", sslModes);
    postgres.sslRootCert = readConnectionWord(settings, "database.sslRootCert", "");
    postgres.targetSessionAttrs =
        settings.choice("database.targetSessionAttrs", "any", sessionAttributes);
    postgres.schema = readSchema(settings);
    postgres.sessionMaxAge = settings.seconds("database.sessionMaxAgeSeconds", 60, 1, 86400);
    return postgres;
}

// Login users that a migration makes, where they are named.
std::vector<storage::PostgresLogin> readLogins(Settings& settings,
                                               const storage::PostgresSettings& postgres) {
    std::vector<storage::PostgresLogin> logins;
    for (const KnownModule& module : knownModules()) {
        const std::string prefix = loginSection(module.name);
        storage::PostgresLogin login{readConnectionWord(settings, prefix + "user", ""),
                                     settings.text(prefix + "password", ""),
                                     "kube_credential_" + std::string(module.name)};
        if (login.user.empty() && login.password.empty())
            continue;
        const bool isTaken =
            login.user == postgres.user ||
            std::ranges::find(logins, login.user, &storage::PostgresLogin::user) != logins.end();
        if (login.user.empty() || login.user.size() > 63 || isTaken)
            settings.reject(prefix + "user", "a user of its own, of at most 63 characters");
        if (login.password.empty())
            settings.reject(prefix + "password", "a password, where there is a user");
        logins.push_back(std::move(login));
    }
    return logins;
}

} // namespace

storage::DatabaseSettings readDatabaseSection(Settings& settings) {
    constexpr std::array<std::string_view, 2> drivers{"sqlite", "postgresql"};
    using Driver = storage::DatabaseSettings::Driver;
    storage::DatabaseSettings database;
    database.driver = settings.choice("database.driver", "sqlite", drivers) == "sqlite"
                          ? Driver::sqlite
                          : Driver::postgresql;
    database.path = settings.text("database.path", "kube-credential.db");
    if (isUrl(database.path))
        settings.reject("database.path", "the path of a file, no URL");
    database.postgres = readPostgres(settings);
    const auto& certificates = database.postgres.sslRootCert;
    if (database.driver == Driver::postgresql && !certificates.empty() &&
        !readTextFile(certificates))
        settings.reject("database.sslRootCert", "a file of certificates that can be read");
    database.poolSize = static_cast<std::size_t>(settings.integer("database.poolSize", 4, 1, 100));
    database.migrateOnStart = settings.boolean("database.migrateOnStart", false);
    database.logins = readLogins(settings, database.postgres);
    return database;
}

} // namespace kubecred::host
