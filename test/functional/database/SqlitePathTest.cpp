#include "functional/Expectations.h"
#include "support/Daemon.h"
#include "support/RawConnection.h"

#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

namespace kubecred::test {
namespace {

namespace fs = std::filesystem;
using std::chrono::seconds;

constexpr fs::perms forUs = fs::perms::owner_read | fs::perms::owner_write;

} // namespace

/// What `database.path` may lead to, and what it must not keep the service waiting for.
class SqlitePathTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(SqlitePathTest);
    CPPUNIT_TEST(whatIsNoDatabaseKeepsNobodyWaiting);
    CPPUNIT_TEST(norDoesWhatAnotherUserMayNotUse);
    CPPUNIT_TEST(norDoesWhatTakesTheFilesPlace);
    CPPUNIT_TEST(theFileIsForThisUserAlone);
    CPPUNIT_TEST(aMigrationSaysWhatIsWrong);
    CPPUNIT_TEST_SUITE_END();

public:
    void setUp() override { fs::permissions(directory_.path(), fs::perms::all); }

    void whatIsNoDatabaseKeepsNobodyWaiting() {
        for (const auto& path : oddPaths())
            assertOfNoUse(path);
    }

    void norDoesWhatAnotherUserMayNotUse() {
        if (geteuid() != 0)
            return; // nobody else to be
        auto paths = oddPaths();
        for (const char* name : {"theirs.db", "new.db", "new/file.db"})
            paths.push_back(theirFolder() / name);
        for (const auto& path : paths)
            assertOfNoUse(path, true);
    }

    void norDoesWhatTakesTheFilesPlace() {
        for (const char* what : {"folder", "pipe"}) {
            const auto path = directory_.path() / what;
            Daemon daemon({sqliteProperties({{"database.path", path.string()}})});
            daemon.waitForStatus("healthy");
            fs::remove(path);
            if (what == std::string("folder"))
                fs::create_directory(path);
            else
                CPPUNIT_ASSERT_EQUAL(0, mkfifo(path.c_str(), 0600));
            daemon.waitForStatus("degraded");
            assertRefused(daemon);
            assertEndsSoon(daemon);
        }
    }

    void theFileIsForThisUserAlone() {
        const auto path = directory_.path() / "test.db";
        for (int round = 0; round < 2; ++round) {
            Daemon daemon({sqliteProperties({{"database.path", path.string()}})});
            daemon.waitForStatus("healthy");
            CPPUNIT_ASSERT(post(daemon.port(), "/issuance/credentials", issueBody("Ada")).status !=
                           503);
            for (const char* suffix : {"", "-wal", "-shm"})
                CPPUNIT_ASSERT_MESSAGE(suffix,
                                       fs::status(path.string() + suffix).permissions() == forUs);
            daemon.process().signal(SIGKILL); // which leaves all three
            daemon.process().wait();
            for (const char* suffix : {"", "-wal", "-shm"})
                fs::permissions(path.string() + suffix, forUs | fs::perms::others_read);
        }
    }

    void aMigrationSaysWhatIsWrong() {
        const Stopwatch stopwatch;
        const auto ended = runProgram(
            sqliteProperties({{"database.path", directory_.path().string()}}), {"--migrate"});
        CPPUNIT_ASSERT_EQUAL(69, ended.status);
        assertContains(ended.errors, "database.path is no regular file");
        stopwatch.assertWithin(seconds(5));
    }

private:
    std::vector<fs::path> oddPaths() const {
        const auto folder = directory_.path();
        writeFile(folder / "text", std::string(4000, 't'));
        fs::permissions(folder / "text", fs::perms::all);
        mkfifo((folder / "pipe").c_str(), 0666);
        fs::create_directory(folder / "folder");
        return {folder / "text", folder / "pipe", folder / "folder", "/dev/zero"};
    }

    // Where others may read alone.
    fs::path theirFolder() const {
        const auto folder = directory_.path() / "theirs";
        fs::create_directory(folder);
        writeFile(folder / "theirs.db", "");
        return folder;
    }

    static void assertOfNoUse(const fs::path& path, bool isUnprivileged = false) {
        Daemon daemon({.properties = sqliteProperties({{"database.path", path.string()}}),
                       .isUnprivileged = isUnprivileged});
        assertRefused(daemon);
        daemon.waitForStatus("degraded");
        assertEndsSoon(daemon);
    }

    static void assertRefused(Daemon& daemon) {
        for (const auto& [target, body] :
             {std::pair{"/issuance/credentials", issueBody("Ada")},
              {"/verification/credentials", verifyBody("0190a5b0-0000-7000-8000-000000000001")}}) {
            const Stopwatch stopwatch;
            CPPUNIT_ASSERT_EQUAL(503, post(daemon.port(), target, body).status);
            stopwatch.assertWithin(seconds(5));
        }
    }

    static void assertEndsSoon(Daemon& daemon) {
        const Stopwatch stopwatch;
        CPPUNIT_ASSERT_EQUAL(0, daemon.stop());
        stopwatch.assertWithin(seconds(4));
        CPPUNIT_ASSERT_EQUAL(std::string(), daemon.errors());
    }

    const TemporaryDirectory directory_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(SqlitePathTest);

} // namespace kubecred::test
