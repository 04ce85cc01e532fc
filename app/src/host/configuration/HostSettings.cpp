#include "HostSettings.h"

#include "DatabaseHost.h"
#include "TextFile.h"
#include "http/Address.h"
#include "kubecred/Text.h"

#include <Poco/Exception.h>
#include <Poco/URI.h>

#include <algorithm>
#include <array>
#include <thread>
#include <utility>

namespace kubecred::host {
namespace {

// The names of the earlier implementation's logger keep working.
constexpr std::array<std::pair<std::string_view, LogLevel>, 7> logLevels{{
    {"error", LogLevel::error},
    {"warn", LogLevel::warn},
    {"info", LogLevel::info},
    {"http", LogLevel::info},
    {"verbose", LogLevel::debug},
    {"debug", LogLevel::debug},
    {"silly", LogLevel::debug},
}};

LogLevel readLogLevel(Settings& settings) {
    const std::string name = settings.text("log.level", "info");
    for (const auto& [word, level] : logLevels)
        if (equalsIgnoringCase(name, word))
            return level;
    settings.reject("log.level", "one of error, warn, info, debug");
    return LogLevel::info;
}

std::string readAddress(Settings& settings) {
    std::string address = settings.text("http.address", "0.0.0.0");
    if (!http::parseAddress(address))
        settings.reject("http.address", "an IPv4 or IPv6 address of this machine");
    return address;
}

std::chrono::seconds readSeconds(Settings& settings, std::string_view key, std::int64_t fallback,
                                 std::int64_t least, std::int64_t most) {
    return std::chrono::seconds(settings.integer(key, fallback, least, most));
}

http::Limits readLimits(Settings& settings) {
    http::Limits limits;
    limits.requestTimeout = readSeconds(settings, "http.requestTimeoutSeconds", 10, 1, 300);
    limits.idleTimeout = readSeconds(settings, "http.idleTimeoutSeconds", 75, 1, 3600);
    limits.connections =
        static_cast<std::size_t>(settings.integer("http.maxConnections", 10000, 1, 1000000));
    limits.memoryBytes =
        static_cast<std::size_t>(settings.integer("http.maxMegabytesInFlight", 64, 1, 65536)) << 20;
    const auto cores = std::clamp<std::int64_t>(std::thread::hardware_concurrency(), 1, 64);
    limits.workers = static_cast<std::size_t>(settings.integer("http.workers", cores, 1, 1024));
    return limits;
}

http::TrustedProxies readTrustedProxies(Settings& settings) {
    auto proxies = http::TrustedProxies::parse(settings.text("http.trustedProxies", ""));
    if (!proxies)
        settings.reject("http.trustedProxies",
                        "a comma-separated list of networks such as 10.0.0.0/16");
    return std::move(proxies).value_or(http::TrustedProxies());
}

http::Cors readCors(Settings& settings) {
    auto cors = http::Cors::parse(settings.text("cors.allowedOrigins", "*"));
    if (!cors)
        settings.reject("cors.allowedOrigins",
                        "* or a list of origins as browsers send them, such as "
                        "https://app.example.org or http://localhost:5173: in lower case, with a "
                        "scheme, without a user, a path, a / at the end, a * inside and the port "
                        "that is the scheme's own");
    return std::move(cors).value_or(http::Cors());
}

// That of a file in the modules' folder, never a path to somewhere else.
bool isModuleName(std::string_view text) {
    return text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789_-") ==
           std::string_view::npos;
}

std::vector<std::string> readModules(Settings& settings) {
    const std::string list = settings.text("modules", "");
    std::vector<std::string> modules;
    for (const auto name : splitList(list))
        modules.emplace_back(name);
    if (!modules.empty() && std::ranges::all_of(modules, isModuleName))
        return modules;
    settings.reject("modules", "a comma-separated list, such as issuance, verification");
    return {};
}

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
    postgres.sessionMaxAge = readSeconds(settings, "database.sessionMaxAgeSeconds", 60, 1, 86400);
    return postgres;
}

storage::CacheSettings readCache(Settings& settings) {
    storage::CacheSettings cache;
    cache.entries = static_cast<std::size_t>(
        settings.integer("verification.cache.entries", 10000, 0, 10000000));
    cache.fresh = readSeconds(settings, "verification.cache.freshSeconds", 0, 0, 86400);
    cache.stale = readSeconds(settings, "verification.cache.staleSeconds", 3600, 0, 604800);
    return cache;
}

// Login users that a migration makes, where they are named.
std::vector<storage::PostgresLogin> readLogins(Settings& settings,
                                               const storage::PostgresSettings& postgres) {
    std::vector<storage::PostgresLogin> logins;
    for (const std::string service : {"issuance", "verification"}) {
        const std::string prefix = "database." + service + "Login.";
        storage::PostgresLogin login{readConnectionWord(settings, prefix + "user", ""),
                                     settings.text(prefix + "password", ""),
                                     "kube_credential_" + service};
        if (login.user.empty() && login.password.empty())
            continue;
        const bool isTaken =
            login.user == postgres.user || (!logins.empty() && login.user == logins.front().user);
        if (login.user.empty() || login.user.size() > 63 || isTaken)
            settings.reject(prefix + "user", "a user of its own, of at most 63 characters");
        if (login.password.empty())
            settings.reject(prefix + "password", "a password, where there is a user");
        logins.push_back(std::move(login));
    }
    return logins;
}

storage::DatabaseSettings readDatabase(Settings& settings) {
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

std::optional<peer::PeerSettings> readCrossCheck(Settings& settings, const std::string& key) {
    const auto text = settings.text("verification.crossCheck", "");
    if (text.empty())
        return std::nullopt;
    if (bareKey(key).empty())
        settings.reject("crossCheck.key", "the key by which the other service knows this one");
    try {
        const Poco::URI url(text);
        const bool isPlain = url.getPathEtc().empty() || url.getPathEtc() == "/";
        if (url.getScheme() == "http" && !url.getHost().empty() && url.getUserInfo().empty() &&
            isPlain)
            return peer::PeerSettings{url.getAuthority(), url.getHost(), url.getPort(),
                                      std::string(bareKey(key))};
    } catch (const Poco::Exception&) { // it is none: see below
    }
    settings.reject("verification.crossCheck",
                    "the URL of a service, such as http://issuance:3000");
    return std::nullopt;
}

// Goes into answers, logs and a column of 255 characters.
std::string readName(Settings& settings, std::string_view key, std::string_view fallback) {
    std::string name = settings.text(key, fallback);
    const bool printable = std::ranges::all_of(name, [](char c) { return c >= 0x20 && c < 0x7f; });
    if (name.size() > 255 || !printable)
        settings.reject(key, "at most 255 characters of printable ASCII");
    return name;
}

std::vector<auth::ApiKey> readKeys(Settings& settings, const KeySettings& sources) {
    try {
        return readKeys(sources);
    } catch (const KeyFault& fault) {
        settings.reject(fault.setting(), fault.what());
        return {};
    }
}

} // namespace

Endpoint readEndpoint(Settings& settings) {
    return {readAddress(settings),
            static_cast<std::uint16_t>(settings.integer("http.port", 3000, 0, 65535))};
}

HostSettings readHostSettings(Settings& settings, const std::string& modulesDirectory) {
    HostSettings host;
    host.serviceName = readName(settings, "service.name", "kube-credential");
    host.workerId = readName(settings, "worker.id", "");
    host.modules = readModules(settings);
    host.modulesDirectory = settings.text("modules.directory", modulesDirectory);
    host.logLevel = readLogLevel(settings);
    host.endpoint = readEndpoint(settings);
    host.limits = readLimits(settings);
    host.trustedProxies = readTrustedProxies(settings);
    host.cors = readCors(settings);
    host.keySources = {settings.text("auth.keysFile", ""), settings.text("auth.keys", ""),
                       settings.text("health.token", ""), settings.text("crossCheck.key", "")};
    host.keys = readKeys(settings, host.keySources);
    host.shutdownGrace = readSeconds(settings, "shutdown.graceSeconds", 5, 0, 300);
    host.shutdownTimeout = readSeconds(settings, "shutdown.timeoutSeconds", 20, 0, 300);
    host.database = readDatabase(settings);
    if (std::ranges::find(host.modules, "verification") != host.modules.end()) {
        host.database.cache = readCache(settings);
        host.crossCheck = readCrossCheck(settings, host.keySources.peerKey);
    }
    return host;
}

} // namespace kubecred::host
