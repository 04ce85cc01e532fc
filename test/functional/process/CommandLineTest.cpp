#include "functional/Expectations.h"
#include "support/Daemon.h"

#include <Poco/Net/ServerSocket.h>

#include <unistd.h>

#include <sstream>

namespace kubecred::test {
namespace {

Finished runBare(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), KUBECRED_BINARY);
    return runToEnd(arguments);
}

/// What stands after `label` on its line.
std::string valueOf(const std::string& text, const std::string& label) {
    const auto at = text.find(label);
    CPPUNIT_ASSERT_MESSAGE(label + " is missing: " + text, at != std::string::npos);
    const auto from = text.find_first_not_of(' ', at + label.size());
    return text.substr(from, text.find('\n', from) - from);
}

/// The text in one line.
std::string unwrapped(const std::string& text) {
    std::istringstream words(text);
    std::string line;
    for (std::string word; words >> word;)
        line.append(line.empty() ? "" : " ").append(word);
    return line;
}

std::string sha256(const std::string& text) {
    return runToEnd({"sh", "-c", "printf %s '" + text + "' | sha256sum"}).output.substr(0, 64);
}

} // namespace

/// Every option that needs neither a database nor a running daemon, and its exit status.
class CommandLineTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(CommandLineTest);
    CPPUNIT_TEST(saysThatItNeedsAConfiguration);
    CPPUNIT_TEST(namesAFileThatCannotBeRead);
    CPPUNIT_TEST(refusesUnknownOptions);
    CPPUNIT_TEST(refusesStrayArguments);
    CPPUNIT_TEST(showsNothingOfWhatItDoesNotKnow);
    CPPUNIT_TEST(printsItsVersion);
    CPPUNIT_TEST(helpNamesEveryOption);
    CPPUNIT_TEST(helpAndReadmeTellEveryExitStatus);
    CPPUNIT_TEST(checksTheConfigurationAndStartsNothing);
    CPPUNIT_TEST(defineOverridesTheFile);
    CPPUNIT_TEST(refusesAnUnusableDefine);
    CPPUNIT_TEST(createsKeys);
    CPPUNIT_TEST(refusesToCreateABadKey);
    CPPUNIT_TEST(saysAtOnceThatThePortIsTaken);
    CPPUNIT_TEST(twoDaemonsDoNotShareAPort);
    CPPUNIT_TEST(saysWhyAPortCannotBeOpened);
    CPPUNIT_TEST_SUITE_END();

public:
    void saysThatItNeedsAConfiguration() {
        for (const std::vector<std::string>& arguments :
             {std::vector<std::string>{}, {"--migrate"}, {"--check-config"}}) {
            const auto ended = runBare(arguments);
            CPPUNIT_ASSERT_EQUAL(78, ended.status);
            assertContains(ended.errors, "--config=");
        }
    }

    void namesAFileThatCannotBeRead() {
        for (const char* command : {"--check-config", "--migrate"}) {
            const auto ended = runBare({"--config=/nowhere/at-all.properties", command});
            CPPUNIT_ASSERT_EQUAL(78, ended.status);
            assertContains(ended.errors, "/nowhere/at-all.properties");
        }
    }

    void refusesUnknownOptions() {
        for (const char* option : {"--nonsense", "--nonsense=1", "-x", "--daemon", "--pidfile=x"}) {
            const auto ended = runBare({option});
            CPPUNIT_ASSERT_EQUAL_MESSAGE(option, 64, ended.status);
            assertContains(ended.errors, "--help");
        }
    }

    void refusesStrayArguments() {
        const auto ended = runProgram(sqliteProperties(), {"--check-config", "stray"});
        CPPUNIT_ASSERT_EQUAL(64, ended.status);
        assertContains(ended.errors, "unexpected argument");
    }

    void showsNothingOfWhatItDoesNotKnow() {
        for (const std::string argument :
             {"hunter2", "database.password=hunter2", "--database.password=hunter2", "--hunter2",
              "--migrate=hunter2", "--define=hunter2", "--define==hunter2", "--define=hunter2=1",
              "--define=database.host=postgresql://u:hunter2@h/db"}) {
            const auto ended = runProgram(sqliteProperties(), {"--check-config", argument});
            CPPUNIT_ASSERT_MESSAGE(argument, ended.status == 64 || ended.status == 78);
            assertContains(ended.errors, "kube-credential: ");
            assertLacks(ended.output + ended.errors, "hunter2");
        }
    }

    void printsItsVersion() {
        const auto ended = runBare({"--version"});
        CPPUNIT_ASSERT_EQUAL(0, ended.status);
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, ended.output.find("kube-credential "));
        CPPUNIT_ASSERT(ended.output.find_first_of("0123456789") != std::string::npos);
    }

    void helpNamesEveryOption() {
        const auto ended = runBare({"--help"});
        CPPUNIT_ASSERT_EQUAL(0, ended.status);
        for (const char* option :
             {"--config=FILE", "--migrate", "--migrate-status", "--healthcheck", "--check-config",
              "--create-key=NAME", "--scopes=LIST", "--version", "--help", "--define=KEY=VALUE"})
            assertContains(ended.output, option);
    }

    void helpAndReadmeTellEveryExitStatus() {
        const std::string help = unwrapped(runBare({"--help"}).output);
        const auto begin = help.find("Exit status: ");
        CPPUNIT_ASSERT_MESSAGE(help, begin != std::string::npos);
        const std::string told = help.substr(begin, help.find('.', begin) - begin + 1);
        for (const char* status : {" 0 ", " 1 ", " 3 ", " 64 ", " 69 ", " 78 "})
            assertContains(told, status);
        assertContains(unwrapped(readFile(KUBECRED_SOURCE_DIR "/README.md")), told);
    }

    void checksTheConfigurationAndStartsNothing() {
        const TemporaryDirectory directory;
        auto properties = sqliteProperties();
        properties["database.path"] = (directory.path() / "never-made.db").string();
        CPPUNIT_ASSERT_EQUAL(0, runProgram(properties, {"--check-config"}).status);
        CPPUNIT_ASSERT(!std::filesystem::exists(properties["database.path"]));

        properties["http.port"] = "many";
        CPPUNIT_ASSERT_EQUAL(78, runProgram(properties, {"--check-config"}).status);
    }

    void defineOverridesTheFile() {
        auto properties = sqliteProperties();
        properties["http.port"] = "many";
        CPPUNIT_ASSERT_EQUAL(
            0, runProgram(properties, {"--check-config", "--define=http.port=3001"}).status);
        const auto refused =
            runProgram(sqliteProperties(), {"--check-config", "--define=http.workers=lots"});
        CPPUNIT_ASSERT_EQUAL(78, refused.status);
        assertContains(refused.errors, "http.workers");
    }

    void refusesAnUnusableDefine() {
        for (const char* define : {"--define=http.port", "--define==3000", "--define="}) {
            const auto ended = runProgram(sqliteProperties(), {"--check-config", define});
            CPPUNIT_ASSERT_EQUAL_MESSAGE(define, 64, ended.status);
            assertContains(ended.errors, "define");
        }
    }

    void createsKeys() {
        const auto ended = runBare({"--create-key=ci.runner-1", "--scopes=issue, verify"});
        CPPUNIT_ASSERT_EQUAL(0, ended.status);
        const std::string key = valueOf(ended.output, "key (shown only now, for the caller):");
        const std::string entry = valueOf(ended.output, "entry (for the service to keep):");
        CPPUNIT_ASSERT_EQUAL("ci.runner-1:issue+verify:" + sha256(key), entry);

        const auto another = runBare({"--create-key=ci.runner-1", "--scopes=admin"});
        CPPUNIT_ASSERT_EQUAL(0, another.status);
        assertLacks(another.output, key);
    }

    void refusesToCreateABadKey() {
        for (const std::vector<std::string>& arguments :
             {std::vector<std::string>{"--create-key=ci"},
              {"--create-key=ci", "--scopes=issue,everything"},
              {"--create-key=ci", "--scopes=,"},
              {"--create-key=c:i", "--scopes=issue"}}) {
            const auto ended = runBare(arguments);
            CPPUNIT_ASSERT_EQUAL(64, ended.status);
            assertContains(ended.errors, "scopes");
            CPPUNIT_ASSERT_EQUAL(std::string(), ended.output);
        }
    }

    void saysAtOnceThatThePortIsTaken() {
        const Poco::Net::ServerSocket taken(Poco::Net::SocketAddress("127.0.0.1", 0));
        assertRefused(taken.address().port());
    }

    void twoDaemonsDoNotShareAPort() {
        Daemon first({sqliteProperties()});
        assertRefused(first.port());
        CPPUNIT_ASSERT_EQUAL(0, first.stop());
    }

    void saysWhyAPortCannotBeOpened() {
        std::vector<std::string> unprivileged;
        if (geteuid() == 0)
            unprivileged = {"setpriv", "--bounding-set=-net_bind_service"};
        assertRefused({"127.0.0.1", 1, 78, "Permission denied", unprivileged});
        assertRefused({"192.0.2.1", freePort(), 78, "Cannot assign requested address"});
        assertRefused(
            {"127.0.0.1", freePort(), 78, "Too many open files", {"prlimit", "--nofile=7:7"}});
    }

private:
    struct Refusal {
        std::string address;
        int port;
        int status;
        std::string why;
        std::vector<std::string> launcher = {};
    };

    static void assertRefused(int port) {
        assertRefused({"127.0.0.1", port, 69, "Address already in use"});
    }

    static void assertRefused(const Refusal& refusal) {
        const TemporaryDirectory directory;
        const auto file = directory.path() / "test.properties";
        const std::string port = std::to_string(refusal.port);
        writeFile(file, "modules=issuance\nhttp.address=" + refusal.address +
                            "\nhttp.port=" + port +
                            "\ndatabase.path=" + (directory.path() / "test.db").string() + "\n");
        auto command = refusal.launcher;
        command.insert(command.end(), {KUBECRED_BINARY, "--config=" + file.string()});
        const auto ended = runToEnd(command);
        CPPUNIT_ASSERT_EQUAL_MESSAGE(ended.errors, refusal.status, ended.status);
        assertContains(ended.errors, "kube-credential: cannot listen on " + refusal.address +
                                         " port " + port + ": " + refusal.why);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(CommandLineTest);

} // namespace kubecred::test
