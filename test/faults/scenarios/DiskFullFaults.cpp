#include "faults/FaultScenario.h"
#include "faults/Requests.h"
#include "support/SmallFileSystem.h"

#include <thread>

namespace kubecred::test {

/// The database has no room left, and then some again.
class DiskFullFaults : public FaultScenario {
    CPPUNIT_TEST_SUITE(DiskFullFaults);
    CPPUNIT_TEST(noRoomForTheTable);
    CPPUNIT_TEST(noRoomForItsIndex);
    CPPUNIT_TEST(noRoomForAnything);
    CPPUNIT_TEST_SUITE_END();

public:
    void setUp() override {
        const auto folder = directory_.path() / "small";
        std::filesystem::permissions(directory_.path(), std::filesystem::perms::all);
        std::filesystem::create_directory(folder);
        disk_ = std::make_unique<SmallFileSystem>(folder, 120);
        std::filesystem::permissions(folder, std::filesystem::perms::all);
        FaultScenario::setUp(); // later: the server must see the file system
    }

    void tearDown() override {
        workers_.clear();
        if (disk_)
            disk_->free();
        FaultScenario::tearDown();
        disk_.reset();
    }

    void noRoomForTheTable() {
        move("TABLE credentials");
        refuse("no room for the table");
    }

    void noRoomForItsIndex() {
        move("INDEX unique_credential");
        refuse("no room for the table's index");
    }

    // The server itself does not survive it, and is started again once there is room.
    void noRoomForAnything() {
        server_ = std::make_unique<PostgresServer>(
            PostgresOptions{.data = directory_.path() / "small" / "data"});
        database_ = server_->createDatabase();
        properties_ = postgresProperties(server_->port(), database_);
        CPPUNIT_ASSERT_EQUAL(0, runProgram(properties_, {"--migrate"}).status);
        startWorker();
        underLoad("no room for anything, not even the database's log", [&](Load&) {
            disk_->fill();
            writeUntilItFails();
            beRefused();
            disk_->free();
            server_->kill();
            server_->start();
        });
    }

private:
    // To the small file system.
    void move(const std::string& what) {
        const auto space = directory_.path() / "small" / "space";
        // Reads to the end what it is given, or the server's pipe may break.
        query("COPY (SELECT) TO PROGRAM 'mkdir -m 700 " + space.string() + " && cat >/dev/null'");
        query("CREATE TABLESPACE small LOCATION '" + space.string() + "'");
        query("ALTER " + what + " SET TABLESPACE small");
    }

    void refuse(const std::string& name) {
        startWorker();
        underLoad(name, [&](Load&) {
            disk_->fill();
            beRefused();
            disk_->free();
        });
        for (const auto& entry : ledger_->read())
            CPPUNIT_ASSERT(entry.kind != LedgerEntry::Kind::verify || entry.status == 200);
    }

    void beRefused() {
        workers_.front()->waitForStatus("degraded");
        // What fits into a page that is there already may still be issued.
        bool refused = false;
        for (int i = 0; i < 1000 && !refused; ++i)
            refused =
                issueOne(workers_.front()->port(), "refused " + std::to_string(i)).status == 503;
        CPPUNIT_ASSERT(refused);
        std::this_thread::sleep_for(std::chrono::seconds(rounds(1, 20)));
    }

    void writeUntilItFails() {
        try {
            for (int i = 0; i < 100; ++i)
                query("SELECT pg_switch_wal()"); // the next write begins a file
        } catch (const std::runtime_error&) {
            return;
        }
    }

    std::unique_ptr<SmallFileSystem> disk_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(DiskFullFaults);

} // namespace kubecred::test
