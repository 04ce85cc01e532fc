#include "host/commands/CommandLine.h"

#include <Poco/Util/OptionException.h>
#include <Poco/Util/OptionProcessor.h>

#include <cppunit/extensions/HelperMacros.h>

#include <string>
#include <vector>

namespace kubecred::test {

using host::CommandLine;
using Command = CommandLine::Command;

class CommandLineTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(CommandLineTest);
    CPPUNIT_TEST(runsByDefault);
    CPPUNIT_TEST(knowsEveryCommand);
    CPPUNIT_TEST(takesValues);
    CPPUNIT_TEST(takesDefines);
    CPPUNIT_TEST(refusesWhatItDoesNotKnow);
    CPPUNIT_TEST(showsNothingOfAWrongLine);
    CPPUNIT_TEST_SUITE_END();

public:
    void runsByDefault() {
        CPPUNIT_ASSERT(read({}).command == Command::run);
        CPPUNIT_ASSERT(read({"--config=a"}).command == Command::run);
    }

    void knowsEveryCommand() {
        const std::vector<std::pair<std::string, Command>> commands{
            {"--migrate", Command::migrate},         {"--migrate-status", Command::migrateStatus},
            {"--healthcheck", Command::healthcheck}, {"--check-config", Command::checkConfig},
            {"--version", Command::version},         {"--help", Command::help}};
        for (const auto& [option, command] : commands) {
            CPPUNIT_ASSERT_MESSAGE(option, read({option}).command == command);
            CPPUNIT_ASSERT_MESSAGE(option, read({"--config=a", option}).command == command);
        }
        CPPUNIT_ASSERT(read({"--create-key=a", "--scopes=verify"}).command == Command::createKey);
    }

    void takesValues() {
        const auto line =
            read({"--config=/etc/a b.properties", "--create-key=ci", "--scopes=issue,verify"});
        CPPUNIT_ASSERT_EQUAL(std::string("/etc/a b.properties"), line.configFile);
        CPPUNIT_ASSERT_EQUAL(std::string("ci"), line.keyName);
        CPPUNIT_ASSERT_EQUAL(std::string("issue,verify"), line.keyScopes);
    }

    void takesDefines() {
        const auto line =
            read({"--define=a.b=1", "--define=c==d=", "--define=e=", "--define=a.b=2"});
        const std::map<std::string, std::string> expected{{"a.b", "2"}, {"c", "=d="}, {"e", ""}};
        CPPUNIT_ASSERT(line.defines == expected);
        for (const char* bad : {"--define=a", "--define==a", "--define=="})
            CPPUNIT_ASSERT_THROW_MESSAGE(bad, read({bad}), Poco::Util::OptionException);
    }

    void refusesWhatItDoesNotKnow() {
        for (const char* bad : {"--nothing", "--daemon", "--pidfile=x", "--umask=0", "-x",
                                "--config", "--create-key", "--define", "--migrate=now"})
            CPPUNIT_ASSERT_THROW_MESSAGE(bad, read({bad}), Poco::Util::OptionException);
    }

    void showsNothingOfAWrongLine() {
        for (const char* bad : {"--hunter2", "--database.password=hunter2", "-hunter2",
                                "--migrate=hunter2", "--define=hunter2", "--help:hunter2"})
            try {
                read({bad});
                CPPUNIT_FAIL(bad);
            } catch (const Poco::Util::OptionException& exception) {
                const auto text = host::messageOf(exception);
                CPPUNIT_ASSERT_MESSAGE(text, text.find("hunter2") == std::string::npos);
                CPPUNIT_ASSERT_MESSAGE(text, text.ends_with("; see --help"));
            }
    }

private:
    static CommandLine read(const std::vector<std::string>& arguments) {
        Poco::Util::OptionSet options;
        CommandLine::define(options);
        Poco::Util::OptionProcessor processor(options);
        processor.setUnixStyle(true);
        CommandLine line;
        for (const auto& argument : arguments) {
            std::string name;
            std::string value;
            if (processor.process(argument, name, value) && !name.empty())
                line.take(name, value);
        }
        processor.checkRequired();
        return line;
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(CommandLineTest);

} // namespace kubecred::test
