#include "functional/Expectations.h"
#include "support/Daemon.h"
#include "support/Eventually.h"
#include "support/RawConnection.h"

#include <sys/stat.h>

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <memory>

namespace kubecred::test {

/// Keys in the hands of operators and callers: made, used, revoked, kept secret.
class ApiKeysTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(ApiKeysTest);
    CPPUNIT_TEST(aKeyOfTheFileOpens);
    CPPUNIT_TEST(theEnvironmentHasKeysToo);
    CPPUNIT_TEST(hangingUpRevokes);
    CPPUNIT_TEST(aBrokenFileRevokesNothing);
    CPPUNIT_TEST(anEmptiedFileRevokesNothing);
    CPPUNIT_TEST(whatIsNoFileRevokesNothing);
    CPPUNIT_TEST(anEntryTwiceIsRefused);
    CPPUNIT_TEST(aFileIsTakenAsEditorsWriteIt);
    CPPUNIT_TEST(warnsOfShortSecrets);
    CPPUNIT_TEST(warnsWhereAReloadLocksEverybodyOut);
    CPPUNIT_TEST(onlyTheKeyItselfOpens);
    CPPUNIT_TEST(theLogNamesTheKeyAndNothingMore);
    CPPUNIT_TEST(noProcessListingShowsAKey);
    CPPUNIT_TEST(badSourcesStopTheStart);
    CPPUNIT_TEST(warnsWhereNobodyCanCall);
    CPPUNIT_TEST(warnsWhereAnybodyCanIssue);
    CPPUNIT_TEST_SUITE_END();

public:
    void aKeyOfTheFileOpens() {
        start("# staff\n" + ada_.entry + "\n" + bob_.entry + "\n");
        CPPUNIT_ASSERT_EQUAL(201, issue(ada_.key));
        CPPUNIT_ASSERT_EQUAL(409, issue(bob_.key));
        CPPUNIT_ASSERT_EQUAL(401, issue(""));
        CPPUNIT_ASSERT_EQUAL(401, issue(createKey("eve", "issue").key));
    }

    void theEnvironmentHasKeysToo() {
        start(ada_.entry, {{"API_KEYS", bob_.entry + ",\n" + createKey("cy", "admin").entry}});
        CPPUNIT_ASSERT_EQUAL(201, issue(ada_.key));
        CPPUNIT_ASSERT_EQUAL(409, issue(bob_.key));
    }

    void hangingUpRevokes() {
        start(ada_.entry);
        CPPUNIT_ASSERT_EQUAL(201, issue(ada_.key));
        reload(bob_.entry, "API keys reloaded");
        CPPUNIT_ASSERT_EQUAL(401, issue(ada_.key));
        CPPUNIT_ASSERT_EQUAL(409, issue(bob_.key));
        CPPUNIT_ASSERT_EQUAL(0, daemon_->stop());
    }

    void aBrokenFileRevokesNothing() {
        start(ada_.entry);
        reload(bob_.entry + "\nnot an entry", "API keys not reloaded");
        CPPUNIT_ASSERT_EQUAL(201, issue(ada_.key));
        CPPUNIT_ASSERT_EQUAL(401, issue(bob_.key));
        assertContains(daemon_->log(), "line 2 is none");
    }

    void anEmptiedFileRevokesNothing() {
        start(ada_.entry);
        reload("# nobody any more\n", "API keys not reloaded");
        assertContains(daemon_->log(), "at least one entry");
        CPPUNIT_ASSERT_EQUAL(201, issue(ada_.key));
        const auto ended = runProgram(sqliteProperties({{"auth.keysFile", file_}}), {});
        CPPUNIT_ASSERT_EQUAL(78, ended.status);
        assertContains(ended.errors, "at least one entry");
    }

    // Or who takes it out once has revoked nothing.
    void anEntryTwiceIsRefused() {
        writeFile(file_, ada_.entry + "\n# again\n" + ada_.entry + "\n");
        const auto properties = sqliteProperties({{"auth.keysFile", file_}});
        const auto ended = runProgram(properties, {"--check-config"});
        CPPUNIT_ASSERT_EQUAL(78, ended.status);
        assertContains(ended.errors, "line 3 has the key of line 1");
        writeFile(file_, ada_.entry);
        CPPUNIT_ASSERT_EQUAL(
            0, runProgram(properties, {"--check-config"}, {{"API_KEYS", ada_.entry}}).status);
    }

    void aFileIsTakenAsEditorsWriteIt() {
        start("# staff\r\n\r\n" + ada_.entry + "\r\n" + bob_.entry);
        CPPUNIT_ASSERT_EQUAL(201, issue(ada_.key));
        CPPUNIT_ASSERT_EQUAL(409, issue(bob_.key));
    }

    void warnsOfShortSecrets() {
        const std::string warning = "a secret is short enough to be guessed";
        start(ada_.entry, {{"HEALTH_TOKEN", std::string(31, 't')}, {"CROSS_CHECK_KEY", "between"}});
        const auto log = daemon_->log();
        assertContains(log, warning);
        assertContains(log, "\"setting\":\"health.token\"");
        assertContains(log, "\"setting\":\"crossCheck.key\"");
        assertLacks(log, std::string(31, 't'));
        start(ada_.entry, {{"HEALTH_TOKEN", std::string(32, 't')}});
        assertLacks(daemon_->log(), warning);
    }

    // None of them may be waited for, or be read to its end.
    void whatIsNoFileRevokesNothing() {
        start(ada_.entry);
        std::size_t refusals = 0;
        const auto refuse = [&] {
            daemon_->process().signal(SIGHUP);
            ++refusals;
            CPPUNIT_ASSERT(eventually([&] { return refused() == refusals; }));
            CPPUNIT_ASSERT(issue(ada_.key) != 401);
        };
        std::filesystem::remove(file_);
        refuse();
        std::filesystem::create_directory(file_);
        refuse();
        std::filesystem::remove(file_);
        CPPUNIT_ASSERT_EQUAL(0, mkfifo(file_.c_str(), 0600));
        refuse();
        std::filesystem::remove(file_);
        std::filesystem::create_symlink("/dev/zero", file_);
        refuse();
        std::filesystem::remove(file_);
        writeFile(file_, "");
        std::filesystem::resize_file(file_, std::uintmax_t{1} << 32);
        refuse();
        CPPUNIT_ASSERT_EQUAL(0, daemon_->stop());
    }

    void warnsWhereAReloadLocksEverybodyOut() {
        start(ada_.entry);
        reload(cy_.entry, "no API key has its scope");
        CPPUNIT_ASSERT_EQUAL(401, issue(ada_.key));
    }

    void onlyTheKeyItselfOpens() {
        start(ada_.entry);
        const std::string& key = ada_.key;
        for (const std::string& wrong :
             {key.substr(0, key.size() - 1), key + "A", key.substr(3), key + key,
              "K" + key.substr(1), ada_.entry, ada_.entry.substr(ada_.entry.rfind(':') + 1),
              std::string(8000, 'k')})
            CPPUNIT_ASSERT_EQUAL_MESSAGE(wrong, 401, issue(wrong));
        const std::string path = "/issuance/credentials";
        for (const std::string header :
             {"Authorization: ", "Authorization: Basic ", "Proxy-Authorization: Bearer ",
              "Cookie: X-API-Key=", "X-Auth-Token: "})
            CPPUNIT_ASSERT_EQUAL_MESSAGE(
                header, 401, post(daemon_->port(), path, issueBody("Cy"), {header + key}).status);
        CPPUNIT_ASSERT_EQUAL(401, post(daemon_->port(), path + "?key=" + key, "{}").status);
        CPPUNIT_ASSERT_EQUAL(
            401,
            post(daemon_->port(), path, "{}", {"X-API-Key: " + key, "X-API-Key: " + key}).status);
        CPPUNIT_ASSERT_EQUAL(201, issue(key));
    }

    void theLogNamesTheKeyAndNothingMore() {
        start(ada_.entry + "\n" + bob_.entry, {}, "verify,admin");
        issue(ada_.key);
        assertContains(daemon_->logLines().back(), "\"keyName\":\"staff.ada\"");
        issue(cy_.key); // lacks the scope
        assertContains(daemon_->logLines().back(), "\"keyName\":\"cy\"");
        assertContains(daemon_->logLines().back(), "\"status\":403");
        issue(bob_.key + "x");
        assertLacks(daemon_->logLines().back(), "keyName");
        assertContains(daemon_->logLines().back(), "unknown API key");
        for (const auto& made : {ada_, bob_, cy_})
            for (const auto& text : {daemon_->log(), daemon_->errors()}) {
                assertLacks(text, made.key.substr(3));
                assertLacks(text, made.entry.substr(made.entry.rfind(':') + 1));
            }
    }

    void noProcessListingShowsAKey() {
        start(ada_.entry, {{"HEALTH_TOKEN", "open sesame"}});
        issue(ada_.key);
        const auto folder = "/proc/" + std::to_string(daemon_->process().id());
        for (const char* file : {"/cmdline", "/comm"})
            for (const std::string& secret : {ada_.key, std::string("sesame")})
                assertLacks(readFile(folder + file), secret);
        assertLacks(readFile(folder + "/environ"), ada_.key); // which is kept nowhere
    }

    void badSourcesStopTheStart() {
        const auto properties = sqliteProperties({{"auth.keysFile", file_}});
        const auto check = [&](const std::map<std::string, std::string>& environment) {
            return runProgram(properties, {"--check-config"}, environment);
        };
        auto finished = check({});
        CPPUNIT_ASSERT_EQUAL(78, finished.status);
        assertContains(finished.errors, "auth.keysFile");
        writeFile(file_, ada_.entry + "\n" + ada_.key + "\n");
        finished = check({});
        CPPUNIT_ASSERT_EQUAL(78, finished.status);
        assertContains(finished.errors, "line 2");
        assertLacks(finished.errors, ada_.key);
        writeFile(file_, ada_.entry);
        CPPUNIT_ASSERT_EQUAL(0, check({}).status);
        finished = check({{"API_KEYS", bob_.entry + "," + cy_.key}});
        CPPUNIT_ASSERT_EQUAL(78, finished.status);
        assertContains(finished.errors, "API_KEYS");
        assertContains(finished.errors, "entry 2");
        assertLacks(finished.errors, cy_.key);
    }

    void warnsWhereNobodyCanCall() {
        start(cy_.entry);
        assertContains(daemon_->log(), "no API key has its scope");
        start(ada_.entry);
        assertLacks(daemon_->log(), "no API key has its scope");
    }

    void warnsWhereAnybodyCanIssue() {
        const std::string warning = "set issuance.auth=keys";
        const auto logOf = [](const std::string& address, const std::string& auth) {
            return Daemon({sqliteProperties({{"http.address", address}, {"issuance.auth", auth}})})
                .log();
        };
        assertLacks(logOf("127.0.0.1", "off"), warning);
        assertLacks(logOf("0.0.0.0", "keys"), warning);
        assertContains(logOf("0.0.0.0", "off"), warning);
    }

private:
    void start(const std::string& entries, std::map<std::string, std::string> environment = {},
               const std::string& scopesOfCy = "admin") {
        cy_ = createKey("cy", scopesOfCy);
        writeFile(file_, entries + (scopesOfCy == "admin" ? "" : "\n" + cy_.entry));
        daemon_ = std::make_unique<Daemon>(
            DaemonOptions{sqliteProperties({{"issuance.auth", "keys"}, {"auth.keysFile", file_}}),
                          std::move(environment)});
        daemon_->waitForStatus("healthy");
    }

    void reload(const std::string& entries, const std::string& message) {
        writeFile(file_, entries);
        daemon_->process().signal(SIGHUP);
        CPPUNIT_ASSERT(
            eventually([&] { return daemon_->log().find(message) != std::string::npos; }));
    }

    std::size_t refused() const {
        const auto lines = daemon_->logLines();
        return static_cast<std::size_t>(std::ranges::count_if(lines, [](const auto& line) {
            return line.find("API keys not reloaded") != std::string::npos;
        }));
    }

    int issue(const std::string& key) const {
        return post(daemon_->port(), "/issuance/credentials", issueBody("Bo"),
                    {"X-API-Key: " + key})
            .status;
    }

    const TemporaryDirectory directory_;
    const std::string file_ = (directory_.path() / "keys").string();
    const NewKey ada_ = createKey("staff.ada", "issue,verify");
    const NewKey bob_ = createKey("staff.bob", "issue");
    NewKey cy_ = createKey("cy", "admin");
    std::unique_ptr<Daemon> daemon_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(ApiKeysTest);

} // namespace kubecred::test
