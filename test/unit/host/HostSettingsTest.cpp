#include "host/configuration/HostSettings.h"

#include "support/TemporaryDirectory.h"

#include <cppunit/extensions/HelperMacros.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <thread>
#include <vector>

namespace kubecred::test {

using host::HostSettings;
using Texts = std::map<std::string, std::string>;
using Values = std::map<std::string, std::vector<std::string>>;

class HostSettingsTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(HostSettingsTest);
    CPPUNIT_TEST(hasDefaults);
    CPPUNIT_TEST(readsEveryKey);
    CPPUNIT_TEST(acceptsTheEndsOfEveryRange);
    CPPUNIT_TEST(refusesWhatIsOutOfRange);
    CPPUNIT_TEST(acceptsOtherGoodValues);
    CPPUNIT_TEST(refusesBadValues);
    CPPUNIT_TEST(knowsTheNamesOfLogLevels);
    CPPUNIT_TEST(neverShowsSecrets);
    CPPUNIT_TEST(wantsModules);
    CPPUNIT_TEST(readsWhomToCrossCheckWith);
    CPPUNIT_TEST(readsLoginUsers);
    CPPUNIT_TEST(wantsRootCertificatesThatCanBeRead);
    CPPUNIT_TEST_SUITE_END();

public:
    void hasDefaults() {
        const auto settings = read({});
        CPPUNIT_ASSERT_EQUAL(3000, static_cast<int>(settings.endpoint.port));
        CPPUNIT_ASSERT_EQUAL(std::string("0.0.0.0"), settings.endpoint.address);
        CPPUNIT_ASSERT(allows(settings.cors, "https://any.example"));
        CPPUNIT_ASSERT_EQUAL(std::string(), settings.workerId);
        CPPUNIT_ASSERT_EQUAL(std::string(), settings.keySources.healthToken);
        CPPUNIT_ASSERT_EQUAL(std::string("/modules"), settings.modulesDirectory);
        CPPUNIT_ASSERT(settings.logLevel == LogLevel::info);
        CPPUNIT_ASSERT(settings.shutdownGrace == std::chrono::seconds(5));
        CPPUNIT_ASSERT(settings.shutdownTimeout == std::chrono::seconds(20));
        CPPUNIT_ASSERT(settings.limits.idleTimeout == std::chrono::seconds(75));
        CPPUNIT_ASSERT(settings.limits.workers >= 1 && settings.limits.workers <= 64);
        if (const auto cores = std::thread::hardware_concurrency(); cores > 0 && cores <= 64)
            CPPUNIT_ASSERT_EQUAL(std::size_t{cores}, settings.limits.workers);
        CPPUNIT_ASSERT(settings.database.driver == storage::DatabaseSettings::Driver::sqlite);
        CPPUNIT_ASSERT_EQUAL(std::size_t{4}, settings.database.poolSize);
        CPPUNIT_ASSERT_EQUAL(std::string("10.0.0.1"),
                             settings.trustedProxies.clientIp("10.0.0.1", "1.2.3.4"));
    }

    void readsEveryKey() {
        const auto settings = read({{"http.port", "8080"},
                                    {"http.requestTimeoutSeconds", "3"},
                                    {"http.workers", "4"},
                                    {"http.trustedProxies", "10.0.0.0/8"},
                                    {"worker.id", "w"},
                                    {"modules.directory", "/elsewhere"},
                                    {"cors.allowedOrigins", "https://a.example"},
                                    {"health.token", "t"},
                                    {"shutdown.graceSeconds", "0"},
                                    {"database.driver", "postgresql"},
                                    {"database.host", "db.example"},
                                    {"database.password", "p q\"'\\"},
                                    {"database.poolSize", "7"},
                                    {"database.schema", "kube"},
                                    {"database.sessionMaxAgeSeconds", "7"},
                                    {"database.migrateOnStart", "true"}});
        CPPUNIT_ASSERT_EQUAL(8080, static_cast<int>(settings.endpoint.port));
        CPPUNIT_ASSERT(settings.limits.requestTimeout == std::chrono::seconds(3));
        CPPUNIT_ASSERT_EQUAL(std::size_t{4}, settings.limits.workers);
        CPPUNIT_ASSERT_EQUAL(std::string("1.2.3.4"),
                             settings.trustedProxies.clientIp("10.0.0.1", "1.2.3.4"));
        CPPUNIT_ASSERT_EQUAL(std::string("w"), settings.workerId);
        CPPUNIT_ASSERT_EQUAL(std::string("/elsewhere"), settings.modulesDirectory);
        CPPUNIT_ASSERT(allows(settings.cors, "https://a.example"));
        CPPUNIT_ASSERT(!allows(settings.cors, "https://b.example"));
        CPPUNIT_ASSERT_EQUAL(std::string("t"), settings.keySources.healthToken);
        CPPUNIT_ASSERT(settings.shutdownGrace == std::chrono::seconds(0));
        CPPUNIT_ASSERT(settings.database.driver == storage::DatabaseSettings::Driver::postgresql);
        CPPUNIT_ASSERT_EQUAL(std::string("db.example"), settings.database.postgres.host);
        CPPUNIT_ASSERT_EQUAL(std::string("p q\"'\\"), settings.database.postgres.password);
        CPPUNIT_ASSERT_EQUAL(std::size_t{7}, settings.database.poolSize);
        CPPUNIT_ASSERT_EQUAL(std::string("kube"), settings.database.postgres.schema);
        CPPUNIT_ASSERT(settings.database.postgres.sessionMaxAge == std::chrono::seconds(7));
        CPPUNIT_ASSERT(settings.database.migrateOnStart);
    }

    void acceptsTheEndsOfEveryRange() {
        for (const auto& range : ranges) {
            read({{range.key, std::to_string(range.least)}});
            read({{range.key, std::to_string(range.most)}});
        }
    }

    void refusesWhatIsOutOfRange() {
        for (const auto& range : ranges)
            for (const auto& value :
                 {std::to_string(range.least - 1), std::to_string(range.most + 1), std::string("x"),
                  std::string()})
                refuse(range.key, value);
    }

    void acceptsOtherGoodValues() {
        const Values values{
            {"http.address", {"127.0.0.1", "0.0.0.0", "::1", "::"}},
            {"database.targetSessionAttrs", {"any", "read-write"}},
            {"database.schema", {"public", "_a_9", std::string(63, 'x')}},
            {"database.sessionMaxAgeSeconds", {"1", "60", "86400"}},
            {"database.sslMode", {"disable", "verify-full"}},
            {"database.host",
             {"db", "db.example.org.", "10.0.0.1", "::1", "fe80::1%eth0", "my_db",
              "/var/run/postgresql", "a,b,10.0.0.1", "/tmp,::1"}},
            {"cors.allowedOrigins", {"", "*", "https://a.example, http://localhost:5173"}},
            {"database.sslRootCert", {"", "/etc/ca.pem"}},
            {"worker.id", {"", std::string(255, 'w')}},
            {"service.name", {"a b"}}};
        for (const auto& [key, texts] : values)
            for (const auto& text : texts)
                read({{key, text}});
    }

    void refusesBadValues() {
        const Values values{
            {"http.address", {"localhost", "", "300.1.1.1"}},
            {"http.trustedProxies", {"10.0.0.0/33"}},
            {"log.level", {"loud", ""}},
            {"database.driver", {"mysql", "SQLite", ""}},
            {"database.sslMode", {"on"}},
            {"database.targetSessionAttrs", {"rw"}},
            {"database.schema",
             {"", "9a", "Public", "a-b", "a b", "a\"b", "a.b", "ä", std::string(64, 'x')}},
            {"database.sessionMaxAgeSeconds", {"0", "86401", "-1", "x"}},
            {"database.migrateOnStart", {"yes"}},
            {"database.host",
             {"a b", "a;b", "a\tb", "", "db:5432", "postgresql://u:pw@h/db", "a,,b", "[::1]", "u@h",
              "/a b", "a..b"}},
            {"cors.allowedOrigins", {"https://a.example/", "a.example"}},
            {"database.path", {"postgresql://u:pw@h/db"}},
            {"modules", {"issuance database.password=hunter2", "../x", "A"}},
            {"database.name", {"a'b", "a\"b", "postgresql://u:pw@h/db"}},
            {"database.user", {"a\\b", "a=b"}},
            {"database.sslRootCert", {"/my files/ca.pem"}},
            {"worker.id", {std::string(256, 'w'), "a\nb", "\xc3\xa4"}},
            {"service.name", {"a\x7f"}}};
        for (const auto& [key, texts] : values)
            for (const auto& text : texts)
                refuse(key, text);
    }

    void knowsTheNamesOfLogLevels() {
        const std::map<std::string, LogLevel> levels{
            {"error", LogLevel::error}, {"warn", LogLevel::warn},     {"info", LogLevel::info},
            {"http", LogLevel::info},   {"verbose", LogLevel::debug}, {"debug", LogLevel::debug},
            {"silly", LogLevel::debug}, {"WARN", LogLevel::warn}};
        for (const auto& [name, level] : levels)
            CPPUNIT_ASSERT_MESSAGE(name, read({{"log.level", name}}).logLevel == level);
    }

    void neverShowsSecrets() {
        Settings settings = given({{"health.token", "hush"},
                                   {"database.password", "hush"},
                                   {"database.host", "postgresql://u:hush@h/db"},
                                   {"verification.crossCheck", "http://u:hush@h"},
                                   {"modules", "verification, hush hush"},
                                   {"http.address", "hush"},
                                   {"log.level", "hush"},
                                   {"auth.keysFile", "hush"},
                                   {"cors.allowedOrigins", "https://u:hush@h"}});
        host::readHostSettings(settings, "");
        settings.reject("health.token", "x");
        settings.reject("database.password", "x");
        CPPUNIT_ASSERT(settings.badValues().size() >= 8);
        for (const auto& line : settings.badValues())
            CPPUNIT_ASSERT_MESSAGE(line, line.find("hush") == std::string::npos);
    }

    void wantsModules() {
        for (const char* list : {"", " ", ",,"}) {
            Settings settings = given({{"modules", list}});
            host::readHostSettings(settings, "");
            CPPUNIT_ASSERT_EQUAL(std::size_t{1}, settings.badValues().size());
        }
        const auto settings = read({{"modules", " issuance ,verification,"}});
        CPPUNIT_ASSERT(settings.modules == (std::vector<std::string>{"issuance", "verification"}));
    }

    void readsWhomToCrossCheckWith() {
        CPPUNIT_ASSERT(!read({{"modules", "verification"}}).crossCheck);
        const auto peer = read({{"modules", "verification"},
                                {"verification.crossCheck", "http://issuance:3000"},
                                {"crossCheck.key", "between us\n"}})
                              .crossCheck;
        CPPUNIT_ASSERT(peer);
        CPPUNIT_ASSERT_EQUAL(std::string("issuance:3000"), peer->authority);
        CPPUNIT_ASSERT_EQUAL(std::string("issuance"), peer->host);
        CPPUNIT_ASSERT_EQUAL(3000, static_cast<int>(peer->port));
        CPPUNIT_ASSERT_EQUAL(std::string("between us"), peer->key);
        const auto bracketed = read({{"modules", "verification"},
                                     {"verification.crossCheck", "http://[::1]/"},
                                     {"crossCheck.key", "k"}})
                                   .crossCheck;
        CPPUNIT_ASSERT_EQUAL(std::string("::1"), bracketed->host);
        CPPUNIT_ASSERT_EQUAL(std::string("[::1]"), bracketed->authority);
        CPPUNIT_ASSERT_EQUAL(80, static_cast<int>(bracketed->port));
    }

    void readsLoginUsers() {
        for (const std::string& name : {std::string(64, 'u'), std::string("kube_credential")})
            refuseLogin(name);
        const auto logins =
            read({{"database.issuanceLogin.user", "i"}, {"database.issuanceLogin.password", "p"}})
                .database.logins;
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, logins.size());
        CPPUNIT_ASSERT_EQUAL(std::string("kube_credential_issuance"), logins.front().group);
        for (const char* half : {"database.issuanceLogin.user", "database.issuanceLogin.password",
                                 "database.verificationLogin.user"}) {
            Settings settings = given({{half, "one"}});
            host::readHostSettings(settings, "");
            CPPUNIT_ASSERT_EQUAL(std::size_t{1}, settings.badValues().size());
        }
    }

    void wantsRootCertificatesThatCanBeRead() {
        const TemporaryDirectory folder;
        const auto file = (folder.path() / "ca.pem").string();
        const auto faults = [&](const std::string& driver) {
            Settings settings =
                given({{"database.driver", driver}, {"database.sslRootCert", file}});
            host::readHostSettings(settings, "");
            return settings.badValues().size();
        };
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, faults("postgresql"));
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, faults("sqlite"));
        std::ofstream(file) << "certificates";
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, faults("postgresql"));
        std::filesystem::remove(file);
        std::filesystem::create_directory(file);
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, faults("postgresql"));
    }

private:
    static bool allows(const http::Cors& cors, std::string_view origin) {
        http::Response response;
        cors.addHeaders({http::Method::get, "/", {{"Origin", origin}}, {}}, response);
        return std::ranges::any_of(response.headers, [](const auto& header) {
            return header.first == "Access-Control-Allow-Origin";
        });
    }

    static void refuseLogin(const std::string& user) {
        Settings settings = given(
            {{"database.issuanceLogin.user", user}, {"database.issuanceLogin.password", "p"}});
        host::readHostSettings(settings, "");
        CPPUNIT_ASSERT_EQUAL_MESSAGE(user, std::size_t{1}, settings.badValues().size());
    }

    struct Range {
        std::string key;
        std::int64_t least;
        std::int64_t most;
    };

    static Settings given(const Texts& texts) {
        std::map<std::string, SettingValue, std::less<>> values{{"modules", {"m", "test"}}};
        for (const auto& [key, value] : texts)
            values[key] = {value, "test"};
        return Settings(std::move(values));
    }

    // Reads, and expects neither a bad value nor an unknown key.
    static HostSettings read(const Texts& texts) {
        Settings settings = given(texts);
        auto result = host::readHostSettings(settings, "/modules");
        const std::string what =
            texts.empty() ? "" : texts.begin()->first + "=" + texts.begin()->second;
        CPPUNIT_ASSERT_MESSAGE(what, settings.badValues().empty());
        CPPUNIT_ASSERT_MESSAGE(what, settings.unknownKeys().empty());
        return result;
    }

    static void refuse(const std::string& key, const std::string& value) {
        Settings settings = given({{key, value}});
        host::readHostSettings(settings, "/modules");
        const auto lines = settings.badValues();
        CPPUNIT_ASSERT_EQUAL_MESSAGE(key + "=" + value, std::size_t{1}, lines.size());
        CPPUNIT_ASSERT_MESSAGE(lines[0], lines[0].starts_with(key + " (test)") &&
                                             lines[0].find("must be") != std::string::npos);
    }

    const std::vector<Range> ranges{{"http.port", 0, 65535},
                                    {"http.requestTimeoutSeconds", 1, 300},
                                    {"http.idleTimeoutSeconds", 1, 3600},
                                    {"http.maxConnections", 1, 1000000},
                                    {"http.workers", 1, 1024},
                                    {"shutdown.graceSeconds", 0, 300},
                                    {"shutdown.timeoutSeconds", 0, 300},
                                    {"database.port", 1, 65535},
                                    {"database.poolSize", 1, 100}};
};

CPPUNIT_TEST_SUITE_REGISTRATION(HostSettingsTest);

} // namespace kubecred::test
