#include "faults/FaultScenario.h"
#include "faults/Requests.h"
#include "support/ForeignSession.h"

#include <thread>

namespace kubecred::test {

/// Somebody else holds locks in the database for longer than anybody can wait.
class LockFaults : public FaultScenario {
    CPPUNIT_TEST_SUITE(LockFaults);
    CPPUNIT_TEST(tableLocked);
    CPPUNIT_TEST(writesLocked);
    CPPUNIT_TEST(keyHeld);
    CPPUNIT_TEST(keyHeldAndWantedByMany);
    CPPUNIT_TEST_SUITE_END();

public:
    void setUp() override {
        FaultScenario::setUp();
        startWorker();
    }

    void tableLocked() { lockTable("table locked by another", "ACCESS EXCLUSIVE"); }

    void writesLocked() {
        lockTable("table locked against writing", "SHARE");
        for (const auto& entry : ledger_->read()) {
            if (entry.kind != LedgerEntry::Kind::verify || !entry.sent)
                continue;
            CPPUNIT_ASSERT_EQUAL(200, entry.status);
            CPPUNIT_ASSERT(!entry.isDegraded);
        }
    }

    void keyHeld() { holdKey("one key held by another's transaction", 1); }

    void keyHeldAndWantedByMany() {
        holdKey("one key held by another's transaction, wanted by many", 6);
    }

private:
    void lockTable(const std::string& name, const std::string& mode) {
        underLoad(name, [&](Load&) {
            ForeignSession other(server_->port(), database_);
            other.run("BEGIN");
            other.run("LOCK TABLE credentials IN " + mode + " MODE");
            std::this_thread::sleep_for(std::chrono::seconds(rounds(1, 20)));
            other.run("COMMIT");
        });
    }

    // Only those who want that key may suffer.
    void holdKey(const std::string& name, int askers) {
        underLoad(name, [&](Load&) {
            ForeignSession other(server_->port(), database_);
            other.run("BEGIN");
            other.run(
                "INSERT INTO credentials (id, name, email, credential_type, issued_by) VALUES "
                "(gen_random_uuid(), 'Held', 'one@example.org', 'degree', 'another')");
            std::vector<std::jthread> threads;
            threads.reserve(static_cast<std::size_t>(askers));
            for (int i = 0; i < askers; ++i)
                threads.emplace_back([this](const std::stop_token& enough) { ask(enough); });
            std::this_thread::sleep_for(std::chrono::seconds(rounds(2, 20)));
            threads.clear();
            other.run("ROLLBACK");
        });
        CPPUNIT_ASSERT_EQUAL(0, wrong_.load());
        for (const auto& entry : ledger_->read())
            CPPUNIT_ASSERT_MESSAGE(entry.key + " suffered from another key", entry.status != 503);
        CPPUNIT_ASSERT_EQUAL(201, issueOne(workers_.front()->port(), "Held").status);
    }

    void ask(const std::stop_token& enough) {
        while (!enough.stop_requested())
            if (issueOne(workers_.front()->port(), "Held").status != 503)
                ++wrong_;
    }

    std::atomic<int> wrong_{0};
};

CPPUNIT_TEST_SUITE_REGISTRATION(LockFaults);

} // namespace kubecred::test
