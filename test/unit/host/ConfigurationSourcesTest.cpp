#include "host/configuration/ConfigurationSources.h"

#include "support/TemporaryDirectory.h"

#include <cppunit/extensions/HelperMacros.h>

#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <map>
#include <string>

namespace kubecred::test {

using host::layer;
using host::readPropertiesFile;
using host::SettingValues;

namespace {

using Texts = std::map<std::string, std::string>;

host::EnvironmentLookup environment(const Texts& variables) {
    return [variables](const std::string& name) -> std::optional<std::string> {
        const auto found = variables.find(name);
        return found == variables.end() ? std::nullopt : std::optional(found->second);
    };
}

} // namespace

class ConfigurationSourcesTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(ConfigurationSourcesTest);
    CPPUNIT_TEST(definesWinOverEnvironmentOverFile);
    CPPUNIT_TEST(everyVariableHasItsKey);
    CPPUNIT_TEST(databaseVariablesNeedPostgres);
    CPPUNIT_TEST(definesChooseTheDatabaseToo);
    CPPUNIT_TEST(anEmptyVariableCountsAsUnset);
    CPPUNIT_TEST(readsProperties);
    CPPUNIT_TEST(takesValuesLiterally);
    CPPUNIT_TEST(refusesFilesThatCannotBeRead);
    CPPUNIT_TEST(refusesFolders);
    CPPUNIT_TEST(refusesLinesWithoutAKey);
    CPPUNIT_TEST(refusesAKeyTwice);
    CPPUNIT_TEST_SUITE_END();

public:
    void definesWinOverEnvironmentOverFile() {
        const SettingValues file{{"http.port", {"1", "file"}},
                                 {"log.level", {"warn", "file"}},
                                 {"service.name", {"s", "file"}}};
        const auto values = layer(file, environment({{"PORT", "2"}, {"LOG_LEVEL", "debug"}}),
                                  {{"http.port", "3"}, {"modules", "m"}});
        expect(values, "http.port", "3", "--define");
        expect(values, "log.level", "debug", "environment variable LOG_LEVEL");
        expect(values, "service.name", "s", "file");
        expect(values, "modules", "m", "--define");
        CPPUNIT_ASSERT_EQUAL(std::size_t{4}, values.size());
    }

    void everyVariableHasItsKey() {
        const Texts keys{{"PORT", "http.port"},
                         {"LOG_LEVEL", "log.level"},
                         {"WORKER_ID", "worker.id"},
                         {"HEALTH_TOKEN", "health.token"},
                         {"RDS_CLUSTER_HOST", "database.host"},
                         {"DB_PORT", "database.port"},
                         {"DB_NAME", "database.name"},
                         {"RDS_CLUSTER_USERNAME", "database.user"},
                         {"RDS_CLUSTER_PASSWORD", "database.password"},
                         {"DB_SSLMODE", "database.sslMode"},
                         {"DB_SSLROOTCERT", "database.sslRootCert"}};
        const SettingValues file{{"database.driver", {"postgresql", "file"}}};
        for (const auto& [variable, key] : keys) {
            const auto values = layer(file, environment({{variable, "v"}}), {});
            CPPUNIT_ASSERT_EQUAL_MESSAGE(variable, std::size_t{2}, values.size());
            expect(values, key, "v", "environment variable " + variable);
        }
    }

    void databaseVariablesNeedPostgres() {
        for (const auto& file : {SettingValues{}, {{"database.driver", {"sqlite", "file"}}}})
            for (const char* variable :
                 {"RDS_CLUSTER_HOST", "DB_PORT", "DB_NAME", "RDS_CLUSTER_USERNAME",
                  "RDS_CLUSTER_PASSWORD", "DB_SSLMODE", "DB_SSLROOTCERT"})
                CPPUNIT_ASSERT_EQUAL_MESSAGE(
                    variable, file.size(), layer(file, environment({{variable, "v"}}), {}).size());
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, layer({}, environment({{"PORT", "1"}}), {}).size());
    }

    void definesChooseTheDatabaseToo() {
        const auto variables = environment({{"DB_NAME", "v"}});
        const SettingValues sqlite{{"database.driver", {"sqlite", "file"}}};
        const SettingValues postgres{{"database.driver", {"postgresql", "file"}}};
        expect(layer(sqlite, variables, {{"database.driver", "postgresql"}}), "database.name", "v",
               "environment variable DB_NAME");
        CPPUNIT_ASSERT(
            !layer(postgres, variables, {{"database.driver", "sqlite"}}).contains("database.name"));
        expect(layer(postgres, variables, {{"database.name", "d"}}), "database.name", "d",
               "--define");
    }

    void anEmptyVariableCountsAsUnset() {
        const char* name = "KUBECRED_UNIT_TEST";
        unsetenv(name);
        CPPUNIT_ASSERT(!host::environmentVariable(name));
        setenv(name, "", 1);
        CPPUNIT_ASSERT(!host::environmentVariable(name));
        setenv(name, "${x} y", 1);
        CPPUNIT_ASSERT_EQUAL(std::string("${x} y"), host::environmentVariable(name).value());
        unsetenv(name);
    }

    void readsProperties() {
        const auto path = write("# comment\n! comment\nhttp.port=3000\nservice.name = a b \n\n"
                                "modules: issuance, verification\nempty=\na=1\na.b=2\n"
                                "database.path=/var/lib/x.db");
        const auto values = readPropertiesFile(path);
        expect(values, "http.port", "3000", path + " line 3");
        expect(values, "service.name", "a b", path + " line 4");
        expect(values, "modules", "issuance, verification", path + " line 6");
        expect(values, "empty", "", path + " line 7");
        expect(values, "a", "1", path + " line 8");
        expect(values, "a.b", "2", path + " line 9");
        expect(values, "database.path", "/var/lib/x.db", path + " line 10");
        CPPUNIT_ASSERT_EQUAL(std::size_t{7}, values.size());
    }

    void takesValuesLiterally() {
        setenv("KUBECRED_UNIT_TEST", "expanded", 1);
        const auto path =
            write("a=${system.env.KUBECRED_UNIT_TEST}\nb=${a}\nc=${nothing}\nd=x${a\n");
        const auto values = readPropertiesFile(path);
        unsetenv("KUBECRED_UNIT_TEST");
        expect(values, "a", "${system.env.KUBECRED_UNIT_TEST}", path + " line 1");
        expect(values, "b", "${a}", path + " line 2");
        expect(values, "c", "${nothing}", path + " line 3");
        expect(values, "d", "x${a", path + " line 4");
    }

    void refusesFilesThatCannotBeRead() {
        const auto path = (folder_.path() / "absent.properties").string();
        try {
            readPropertiesFile(path);
            CPPUNIT_FAIL("was read: " + path);
        } catch (const host::ConfigurationError& error) {
            CPPUNIT_ASSERT(std::string(error.what()).find(path) != std::string::npos);
        }
    }

    void refusesLinesWithoutAKey() {
        for (const char* text : {"=value\n", ".x=1\n", "a=1\nmodules.=2\n"}) {
            const auto file = folder_.path() / "keyless.properties";
            std::ofstream(file) << text;
            CPPUNIT_ASSERT_THROW_MESSAGE(text, readPropertiesFile(file.string()),
                                         host::ConfigurationError);
        }
    }

    void refusesAKeyTwice() {
        const auto path = write("http.port=1\n\nhttp.port: 1\n");
        try {
            readPropertiesFile(path);
            CPPUNIT_FAIL("was read");
        } catch (const host::ConfigurationError& error) {
            CPPUNIT_ASSERT_EQUAL("the configuration file " + path +
                                     " has http.port twice; the second time in line 3",
                                 std::string(error.what()));
        }
        const auto other = write("hunter2 hunter2=\nhunter2 hunter2=\n");
        try {
            readPropertiesFile(other);
            CPPUNIT_FAIL("was read");
        } catch (const host::ConfigurationError& error) {
            CPPUNIT_ASSERT(std::string(error.what()).find("hunter2") == std::string::npos);
        }
    }

    // In a process of its own, since a reader that never finds the end would not come back.
    void refusesFolders() {
        const pid_t child = fork();
        if (child == 0) {
            alarm(2);
            try {
                readPropertiesFile(folder_.path().string());
                _exit(1);
            } catch (const host::ConfigurationError&) {
                _exit(0);
            }
        }
        int status = 0;
        CPPUNIT_ASSERT_EQUAL(child, waitpid(child, &status, 0));
        CPPUNIT_ASSERT_MESSAGE("hung", WIFEXITED(status));
        CPPUNIT_ASSERT_EQUAL(0, WEXITSTATUS(status));
    }

private:
    static void expect(const SettingValues& values, const std::string& key,
                       const std::string& value, const std::string& origin) {
        CPPUNIT_ASSERT_MESSAGE(key, values.contains(key));
        CPPUNIT_ASSERT_EQUAL_MESSAGE(key, value, values.at(key).value);
        CPPUNIT_ASSERT_EQUAL_MESSAGE(key, origin, values.at(key).origin);
    }

    std::string write(const std::string& text) const {
        const auto path = (folder_.path() / "test.properties").string();
        std::ofstream(path) << text;
        return path;
    }

    const TemporaryDirectory folder_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(ConfigurationSourcesTest);

} // namespace kubecred::test
