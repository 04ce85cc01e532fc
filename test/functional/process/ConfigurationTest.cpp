#include "functional/Expectations.h"
#include "support/Daemon.h"

#include <sys/stat.h>

#include <algorithm>

namespace kubecred::test {
namespace {

using Environment = std::map<std::string, std::string>;

Finished check(const std::map<std::string, std::string>& changes,
               const Environment& environment = {}, std::vector<std::string> arguments = {}) {
    auto properties = sqliteProperties();
    for (const auto& [key, value] : changes)
        properties[key] = value;
    arguments.insert(arguments.begin(), "--check-config");
    return runProgram(properties, arguments, environment);
}

Finished checkText(const std::string& text) {
    const TemporaryDirectory directory;
    const auto file = directory.path() / "test.properties";
    writeFile(file, text);
    return runToEnd({KUBECRED_BINARY, "--config=" + file.string(), "--check-config"});
}

std::string lineAbout(const std::string& key, const std::string& text) {
    const auto at = text.find(key);
    CPPUNIT_ASSERT_MESSAGE("no line about " + key + ": " + text, at != std::string::npos);
    return text.substr(at, text.find('\n', at) - at);
}

} // namespace

/// What makes a configuration good or bad, and what is said about a bad one.
class ConfigurationTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(ConfigurationTest);
    CPPUNIT_TEST(everyBadValueHasALineOfItsOwn);
    CPPUNIT_TEST(aBadValueAndAnUnknownModuleComeOutTogether);
    CPPUNIT_TEST(unknownKeysAreRefusedByName);
    CPPUNIT_TEST(needsModules);
    CPPUNIT_TEST(environmentGoesBeforeTheFile);
    CPPUNIT_TEST(defineGoesBeforeTheEnvironment);
    CPPUNIT_TEST(anEmptyVariableCountsAsUnset);
    CPPUNIT_TEST(variablesAreNamedInFaults);
    CPPUNIT_TEST(databaseVariablesCountWithPostgresOnly);
    CPPUNIT_TEST(secretsAreNeverShown);
    CPPUNIT_TEST(nothingThatMayBeASecretIsShown);
    CPPUNIT_TEST(aKeyTwiceIsRefused);
    CPPUNIT_TEST(filesAreTakenAsEditorsWriteThem);
    CPPUNIT_TEST(hostsThatAreNoneAreRefused);
    CPPUNIT_TEST(originsThatFitNoPageAreRefused);
    CPPUNIT_TEST(rootCertificatesMustBeThere);
    CPPUNIT_TEST(secretsAreRefusedOnTheCommandLine);
    CPPUNIT_TEST(theShippedFilesAreSound);
    CPPUNIT_TEST(takesNothingButFiles);
    CPPUNIT_TEST(skipsAByteOrderMark);
    CPPUNIT_TEST_SUITE_END();

public:
    void everyBadValueHasALineOfItsOwn() {
        const std::map<std::string, std::string> bad{
            {"http.port", "0x50"},         {"http.workers", "0"},
            {"http.address", "localhost"}, {"http.trustedProxies", "everyone"},
            {"log.level", "loud"},         {"database.poolSize", "none"},
            {"database.driver", "oracle"}, {"database.migrateOnStart", "perhaps"},
            {"database.sslMode", "never"}, {"database.host", "two words"},
            {"database.port", "65536"},    {"shutdown.graceSeconds", "-1"},
            {"issuance.timeoutMs", "1"},   {"verification.timeoutMs", "1e3"},
            {"no.such.key", "1"}};
        const auto ended = check(bad);
        CPPUNIT_ASSERT_EQUAL(78, ended.status);
        for (const auto& [key, value] : bad)
            if (key != "no.such.key") // may be a secret in the place of one
                lineAbout(key, ended.errors);
        lineAbout("unknown key", ended.errors);
        CPPUNIT_ASSERT_EQUAL(static_cast<std::ptrdiff_t>(bad.size()),
                             std::ranges::count(ended.errors, '\n'));
        assertContains(lineAbout("http.port", ended.errors), "0 to 65535");
        assertContains(lineAbout("log.level", ended.errors), "error, warn, info, debug");
        assertContains(lineAbout("database.driver", ended.errors), "sqlite, postgresql");
        assertContains(lineAbout("database.migrateOnStart", ended.errors), "true, false");
        assertContains(lineAbout("verification.timeoutMs", ended.errors), "100 to 10000");
    }

    void aBadValueAndAnUnknownModuleComeOutTogether() {
        const auto ended = check({{"modules", "issuance,missing"}, {"http.port", "many"}});
        CPPUNIT_ASSERT_EQUAL(78, ended.status);
        lineAbout("module missing", ended.errors);
        lineAbout("http.port", ended.errors);
    }

    void unknownKeysAreRefusedByName() {
        const auto inFile = check({{"http.prot", "3000"}});
        CPPUNIT_ASSERT_EQUAL(78, inFile.status);
        assertContains(lineAbout("http.prot", inFile.errors), "unknown");
        const auto defined = check({}, {}, {"--define=issuance.timeoutMS=5"});
        CPPUNIT_ASSERT_EQUAL(78, defined.status);
        assertContains(lineAbout("issuance.timeoutMS", defined.errors), "--define");
        const auto below = check({{"http.port.really", "3000"}});
        CPPUNIT_ASSERT_EQUAL(78, below.status);
        lineAbout("http.port.really", below.errors);
    }

    void needsModules() {
        const auto ended = check({{"modules", " , "}});
        CPPUNIT_ASSERT_EQUAL(78, ended.status);
        lineAbout("modules", ended.errors);
    }

    void environmentGoesBeforeTheFile() {
        CPPUNIT_ASSERT_EQUAL(0, check({{"http.port", "many"}}, {{"PORT", "3001"}}).status);
        CPPUNIT_ASSERT_EQUAL(78, check({{"http.port", "3001"}}, {{"PORT", "many"}}).status);
    }

    void defineGoesBeforeTheEnvironment() {
        const Environment bad{{"PORT", "many"}};
        CPPUNIT_ASSERT_EQUAL(0, check({}, bad, {"--define=http.port=3001"}).status);
    }

    void anEmptyVariableCountsAsUnset() {
        const Environment empty{{"PORT", ""}, {"LOG_LEVEL", ""}, {"WORKER_ID", ""}};
        CPPUNIT_ASSERT_EQUAL(0, check({{"http.port", "3001"}}, empty).status);
        CPPUNIT_ASSERT_EQUAL(78, check({{"http.port", "many"}}, empty).status);
    }

    void variablesAreNamedInFaults() {
        const Environment bad{{"PORT", "many"},        {"LOG_LEVEL", "loud"},
                              {"WORKER_ID", "a\nb"},   {"DB_PORT", "5432;"},
                              {"DB_NAME", "my db"},    {"RDS_CLUSTER_HOST", "host user=root"},
                              {"DB_SSLMODE", "maybe"}, {"RDS_CLUSTER_USERNAME", "o'hara"}};
        const auto ended = check({{"database.driver", "postgresql"}}, bad);
        CPPUNIT_ASSERT_EQUAL(78, ended.status);
        for (const auto& [name, value] : bad)
            assertContains(ended.errors, "environment variable " + name);
        CPPUNIT_ASSERT_EQUAL(static_cast<std::ptrdiff_t>(bad.size()),
                             std::ranges::count(ended.errors, '\n'));
    }

    void databaseVariablesCountWithPostgresOnly() {
        const Environment bad{{"DB_PORT", "none"}, {"DB_SSLMODE", "maybe"}};
        CPPUNIT_ASSERT_EQUAL(0, check({}, bad).status);
        CPPUNIT_ASSERT_EQUAL(78, check({{"database.driver", "postgresql"}}, bad).status);
        CPPUNIT_ASSERT_EQUAL(78, check({}, bad, {"--define=database.driver=postgresql"}).status);
    }

    void secretsAreNeverShown() {
        const Environment environment{{"RDS_CLUSTER_PASSWORD", "open sesame"},
                                      {"HEALTH_TOKEN", "tell-nobody"},
                                      {"PORT", "many"}};
        const auto ended =
            check({{"database.driver", "postgresql"}, {"database.passwrod", "misspelled-secret"}},
                  environment);
        CPPUNIT_ASSERT_EQUAL(78, ended.status);
        const std::string all = ended.output + ended.errors;
        for (const char* secret : {"sesame", "tell-nobody", "misspelled-secret"})
            assertLacks(all, secret);
    }

    void nothingThatMayBeASecretIsShown() {
        for (const std::string line : {"database.password hunter2",
                                       "hunter2",
                                       "=hunter2",
                                       "hunter2=",
                                       "a.=hunter2",
                                       "modules=issuance, hunter2 x",
                                       "modules=issuance \\\ndatabase.password=hunter2",
                                       "verification.crossCheck=http://user:hunter2@host",
                                       "http.port=hunter2",
                                       "database.host=postgresql://u:hunter2@h/db",
                                       "database.host=u:hunter2@h",
                                       "database.name=postgresql://u:hunter2@h/db",
                                       "database.path=sqlite://hunter2",
                                       "database.user=postgresql://u:hunter2@h/db",
                                       "log.level=hunter2",
                                       "auth.keys=hunter2",
                                       "auth.keysFile=hunter2",
                                       "modules.directory=hunter2",
                                       "worker.id=hunter2\\n2",
                                       "health.token=hunter2\\n2",
                                       "crossCheck.key=hunter2\\t2",
                                       "cors.allowedOrigins=https://u:hunter2@h",
                                       "http.trustedProxies=hunter2",
                                       "database.sslRootCert=hunter2 2",
                                       "database.issuanceLogin.password=hunter2"}) {
            const auto ended = checkText("modules=issuance, verification\n\n" + line + "\n");
            CPPUNIT_ASSERT_EQUAL_MESSAGE(line, 78, ended.status);
            CPPUNIT_ASSERT(!ended.errors.empty());
            assertLacks(ended.output + ended.errors, "hunter2");
        }
        assertContains(checkText("modules=issuance\n\ndatabase.password hunter2\n").errors,
                       "line 3 has no =");
        assertContains(checkText("modules=issuance\nhttp.prot=1\n").errors, "line 2): unknown key");
    }

    void aKeyTwiceIsRefused() {
        const auto ended = checkText("modules=issuance\nhttp.port=1\n#\nhttp.port=1\n");
        CPPUNIT_ASSERT_EQUAL(78, ended.status);
        assertContains(ended.errors, "test.properties has http.port twice");
        assertContains(ended.errors, "line 4");
    }

    void filesAreTakenAsEditorsWriteThem() {
        const std::string text = "# comment\nmodules=issuance\n\nhttp.port=3000";
        std::string windows;
        for (const char c : text)
            windows += c == '\n' ? "\r\n" : std::string(1, c);
        for (const auto& written : {text, text + "\n", windows, windows + "\r\n"}) {
            const auto ended = checkText(written);
            CPPUNIT_ASSERT_EQUAL_MESSAGE(ended.errors, 0, ended.status);
        }
        assertContains(checkText(windows + "x\r\n").errors, "line 4): must be");
    }

    void hostsThatAreNoneAreRefused() {
        for (const std::string host :
             {"db:5432", "postgresql://db/x", "db/x", "a,,b", "[::1]", ""}) {
            const auto ended = check({{"database.driver", "postgresql"}, {"database.host", host}});
            CPPUNIT_ASSERT_EQUAL_MESSAGE(host, 78, ended.status);
            assertContains(ended.errors, "the port stands in database.port");
        }
        for (const std::string host :
             {"db", "db.example.org", "10.0.0.1", "::1", "/var/run/postgresql", "a,b,/tmp"})
            CPPUNIT_ASSERT_EQUAL_MESSAGE(
                host, 0,
                check({{"database.driver", "postgresql"}, {"database.host", host}}).status);
    }

    void originsThatFitNoPageAreRefused() {
        for (const std::string origin :
             {"https://a.example/", "https://*.example", "https://A.example", "a.example",
              "https://a.example:443", "https://u@a.example", "https://a.example/path"}) {
            const auto ended = check({{"cors.allowedOrigins", "https://b.example, " + origin}});
            CPPUNIT_ASSERT_EQUAL_MESSAGE(origin, 78, ended.status);
            assertContains(ended.errors, "such as https://app.example.org");
        }
    }

    void rootCertificatesMustBeThere() {
        const Environment environment{{"DB_SSLROOTCERT", "/nowhere/ca.pem"}};
        const auto ended = check({{"database.driver", "postgresql"}}, environment);
        CPPUNIT_ASSERT_EQUAL(78, ended.status);
        assertContains(ended.errors, "environment variable DB_SSLROOTCERT");
        CPPUNIT_ASSERT_EQUAL(0, check({}, environment).status);
    }

    void secretsAreRefusedOnTheCommandLine() {
        for (const char* key : {"database.password", "health.token", "auth.keys"}) {
            const auto ended = check({}, {}, {std::string("--define=") + key + "=tell-nobody"});
            CPPUNIT_ASSERT_EQUAL(78, ended.status);
            lineAbout(key, ended.errors);
            assertLacks(ended.output + ended.errors, "tell-nobody");
        }
    }

    void theShippedFilesAreSound() {
        int count = 0;
        const auto folder = std::filesystem::path(KUBECRED_SOURCE_DIR) / "config";
        for (const auto& entry : std::filesystem::directory_iterator(folder)) {
            if (entry.path().extension() != ".properties")
                continue;
            const auto ended =
                runToEnd({KUBECRED_BINARY, "--config=" + entry.path().string(), "--check-config"});
            CPPUNIT_ASSERT_EQUAL_MESSAGE(entry.path().string() + ": " + ended.errors, 0,
                                         ended.status);
            ++count;
        }
        CPPUNIT_ASSERT_MESSAGE("local, issuance and verification at least", count >= 3);
    }

    // Others never end, or keep who opens them waiting.
    void takesNothingButFiles() {
        const TemporaryDirectory directory;
        const auto pipe = directory.path() / "pipe";
        CPPUNIT_ASSERT_EQUAL(0, mkfifo(pipe.c_str(), 0600));
        const auto large = directory.path() / "large";
        writeFile(large, std::string((1 << 20) + 1, '#'));
        for (const std::string& path : {std::string("/dev/zero"), std::string("/dev/null"),
                                        directory.path().string(), pipe.string(), large.string()})
            for (const char* command : {"--check-config", "--healthcheck", "--migrate"}) {
                const auto ended = runToEnd({KUBECRED_BINARY, "--config=" + path, command});
                CPPUNIT_ASSERT_EQUAL_MESSAGE(path, 78, ended.status);
                assertContains(ended.errors, "cannot read the configuration file " + path +
                                                 ": it must be a file that can be read, of at "
                                                 "most 1 MiB");
            }
    }

    void skipsAByteOrderMark() {
        const TemporaryDirectory directory;
        const auto file = directory.path() / "test.properties";
        writeFile(file, "\xef\xbb\xbfmodules=issuance\n");
        const auto ended =
            runToEnd({KUBECRED_BINARY, "--config=" + file.string(), "--check-config"});
        CPPUNIT_ASSERT_EQUAL_MESSAGE(ended.errors, 0, ended.status);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(ConfigurationTest);

} // namespace kubecred::test
