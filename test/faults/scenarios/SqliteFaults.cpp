#include "faults/FaultScenario.h"
#include "faults/Requests.h"
#include "support/SmallFileSystem.h"

#include <Poco/Data/RecordSet.h>
#include <Poco/Data/SQLite/Connector.h>
#include <Poco/Data/Session.h>

#include <thread>

namespace kubecred::test {

/// A worker on a SQLite file, which somebody else locks, or whose disk is full.
class SqliteFaults : public FaultScenario {
    CPPUNIT_TEST_SUITE(SqliteFaults);
    CPPUNIT_TEST(locked);
    CPPUNIT_TEST(diskFull);
    CPPUNIT_TEST_SUITE_END();

public:
    void setUp() override {
        Poco::Data::SQLite::Connector::registerConnector();
        const auto folder = directory_.path() / "small";
        std::filesystem::create_directory(folder);
        disk_ = std::make_unique<SmallFileSystem>(folder, 16);
        properties_ = sqliteProperties();
        properties_["database.path"] = file().string();
        ledger_ = std::make_unique<Ledger>(directory_.path() / "ledger");
        startWorker();
    }

    void tearDown() override {
        FaultScenario::tearDown();
        disk_.reset();
    }

    void locked() {
        underFault("SQLite file locked by another process", [&] {
            const auto known = issuedId(port(), "known");
            auto other = open();
            execute(other, "BEGIN IMMEDIATE");
            const auto until = nowMs() + rounds(3000, 20000);
            while (nowMs() < until) {
                assertRefused();
                CPPUNIT_ASSERT_EQUAL(200, verifyOne(port(), known).status);
            }
            execute(other, "ROLLBACK");
        });
        for (const auto& entry : ledger_->read())
            CPPUNIT_ASSERT(entry.kind != LedgerEntry::Kind::verify || entry.status == 200);
    }

    void diskFull() {
        underFault("SQLite file's disk full", [&] {
            disk_->fill();
            const auto end = nowMs() + mostAnswerMs * margin;
            for (int i = 0; issueOne(port(), "until full " + std::to_string(i)).status == 201; ++i)
                CPPUNIT_ASSERT(nowMs() < end);
            const auto until = nowMs() + rounds(1000, 20000);
            while (nowMs() < until)
                assertRefused();
            disk_->free();
        });
    }

private:
    std::filesystem::path file() const { return directory_.path() / "small" / "test.db"; }
    int port() const { return workers_.front()->port(); }
    Poco::Data::Session open() const { return {"SQLite", file().string()}; }

    static void execute(Poco::Data::Session& session, const std::string& sql) {
        Poco::Data::Statement statement(session);
        statement << sql;
        statement.execute();
    }

    void assertRefused() {
        const auto began = nowMs();
        const auto answer = issueOne(port(), "refused " + std::to_string(++refused_));
        CPPUNIT_ASSERT_EQUAL(503, answer.status);
        CPPUNIT_ASSERT(answer.has("retry-after"));
        CPPUNIT_ASSERT(nowMs() - began <= mostAnswerMs * margin);
    }

    void underFault(const std::string& name, const std::function<void()>& fault) {
        HealthWatch health(port());
        std::int64_t recovered = 0;
        {
            Load load(*ledger_, {port()}, 4);
            load.waitForIssued(50);
            fault();
            recovered = recovery();
            load.waitForIssued(load.issued() + 50);
        }
        health.stop();
        CPPUNIT_ASSERT_EQUAL(0, health.failures());
        concludeOn(name, recovered, health.worstMs());
        workers_.front()->waitForStatus("healthy");
        CPPUNIT_ASSERT_EQUAL(0, workers_.front()->stop());
        auto session = open();
        CPPUNIT_ASSERT_EQUAL(std::string("ok\n"), rows(session, "PRAGMA integrity_check"));
    }

    void concludeOn(const std::string& name, std::int64_t recovered, std::int64_t worstHealth) {
        auto session = open();
        const auto result =
            audit(ledger_->read(), [&](const std::string& sql) { return rows(session, sql); },
                  {workers_.front()->log()});
        report(name, result, recovered, worstHealth);
        std::string violations;
        for (const auto& violation : result.violations)
            violations += violation + "\n";
        CPPUNIT_ASSERT_EQUAL(std::string(), violations);
        CPPUNIT_ASSERT(result.worstAnswerMs <= mostAnswerMs * margin);
        CPPUNIT_ASSERT(recovered <= mostRecoveryMs * margin);
        CPPUNIT_ASSERT(worstHealth <= mostHealthMs * margin);
    }

    static std::string rows(Poco::Data::Session& session, const std::string& sql) {
        Poco::Data::Statement statement(session);
        statement << sql;
        statement.execute();
        const Poco::Data::RecordSet set(statement);
        std::string text;
        for (std::size_t row = 0; row < set.rowCount(); ++row) {
            for (std::size_t column = 0; column < set.columnCount(); ++column)
                text += (column > 0 ? "|" : "") + set.value(column, row).convert<std::string>();
            text += "\n";
        }
        return text;
    }

    std::unique_ptr<SmallFileSystem> disk_;
    int refused_ = 0;
};

CPPUNIT_TEST_SUITE_REGISTRATION(SqliteFaults);

} // namespace kubecred::test
