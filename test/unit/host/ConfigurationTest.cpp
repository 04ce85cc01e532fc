#include "host/configuration/Configuration.h"

#include "support/TemporaryDirectory.h"

#include <cppunit/extensions/HelperMacros.h>

#include <fstream>
#include <string>
#include <vector>

namespace kubecred::test {

using Lines = std::vector<std::string>;

class ConfigurationTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(ConfigurationTest);
    CPPUNIT_TEST(wantsAFile);
    CPPUNIT_TEST(namesTheFileThatCannotBeRead);
    CPPUNIT_TEST(namesEveryFault);
    CPPUNIT_TEST(refusesSecretsOnTheCommandLine);
    CPPUNIT_TEST(showsNothingThatMayBeASecret);
    CPPUNIT_TEST_SUITE_END();

public:
    void wantsAFile() {
        const auto lines = faults({});
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, lines.size());
        CPPUNIT_ASSERT(lines[0].find("--config=FILE") != std::string::npos);
    }

    void namesTheFileThatCannotBeRead() {
        host::CommandLine commandLine;
        commandLine.configFile = "/nowhere/x.properties";
        CPPUNIT_ASSERT(
            faults(commandLine) ==
            Lines{"cannot read the configuration file /nowhere/x.properties: it must be a "
                  "file that can be read, of at most 1 MiB"});
    }

    void namesEveryFault() {
        auto commandLine = withFile("modules=absent\nhttp.workers=0\n");
        commandLine.defines = {{"database.poolSize", "many"}};
        const auto lines = faults(commandLine);
        CPPUNIT_ASSERT_EQUAL(std::size_t{3}, lines.size());
        CPPUNIT_ASSERT(lines[0].starts_with("module absent: not in "));
        CPPUNIT_ASSERT_EQUAL(std::string("database.poolSize (--define): must be a whole "
                                         "number from 1 to 100"),
                             lines[1]);
        CPPUNIT_ASSERT_EQUAL("http.workers (" + commandLine.configFile +
                                 " line 2): must be a whole number from 1 to 1024",
                             lines[2]);
    }

    void refusesSecretsOnTheCommandLine() {
        for (const char* key : {"database.password", "health.token", "auth.keys"}) {
            auto commandLine = withFile("modules=absent\n");
            commandLine.defines = {{key, "hush"}};
            const auto lines = faults(commandLine);
            CPPUNIT_ASSERT_EQUAL(std::size_t{1}, lines.size());
            CPPUNIT_ASSERT(lines[0].starts_with(key));
            CPPUNIT_ASSERT(lines[0].find("hush") == std::string::npos);
        }
    }

    void showsNothingThatMayBeASecret() {
        for (const std::string line :
             {"database.password hunter2", "hunter2", "hunter2=", "modules=hunter2 x",
              "database.host=postgresql://u:hunter2@h/db", "http.address=hunter2",
              "verification.crossCheck=http://u:hunter2@h", "modules.directory=/hunter2",
              "database.path=postgresql://u:hunter2@h/db", "log.level=hunter2",
              "database.name=postgresql://u:hunter2@h/db", "auth.keysFile=/hunter2",
              "auth.keys=hunter2"}) {
            const auto lines = faults(withFile(line + "\nmodules=absent\n"));
            CPPUNIT_ASSERT_MESSAGE(line, !lines.empty());
            for (const auto& text : lines)
                CPPUNIT_ASSERT_MESSAGE(text, text.find("hunter2") == std::string::npos);
        }
    }

private:
    host::CommandLine withFile(const std::string& text) const {
        host::CommandLine commandLine;
        commandLine.configFile = (folder_.path() / "test.properties").string();
        std::ofstream(commandLine.configFile) << text;
        return commandLine;
    }

    static Lines faults(const host::CommandLine& commandLine) {
        try {
            host::readConfiguration(commandLine, "/nowhere/bin/");
        } catch (const host::ConfigurationFaults& found) {
            return found.lines();
        }
        return {};
    }

    const TemporaryDirectory folder_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(ConfigurationTest);

} // namespace kubecred::test
