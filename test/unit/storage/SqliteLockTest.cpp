#include "host/metrics/PrometheusMetrics.h"
#include "storage/Database.h"
#include "storage/sessions/sqlite/SqliteConnection.h"
#include "support/Eventually.h"
#include "support/LoopExecutor.h"
#include "support/Started.h"
#include "support/TemporaryDirectory.h"
#include "unit/FixedClock.h"
#include "unit/RecordingLogger.h"
#include "unit/ThrownError.h"

#include <cppunit/extensions/HelperMacros.h>

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace kubecred::test {

using namespace std::chrono_literals;
using std::chrono::steady_clock;
using storage::DatabaseState;

// Issuance while somebody else writes to the same SQLite file.
class SqliteLockTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(SqliteLockTest);
    CPPUNIT_TEST(waitsForAShortLock);
    CPPUNIT_TEST(aLongLockFailsTheRequestOnly);
    CPPUNIT_TEST_SUITE_END();

public:
    void setUp() override {
        storage::DatabaseSettings settings;
        settings.driver = storage::DatabaseSettings::Driver::sqlite;
        settings.path = directory_.path() / "credentials.db";
        storage::makeMigrator(settings)->migrate([](std::string_view) {});
        other_.emplace(settings.path, steady_clock::now() + 5s);
        database_.emplace(settings, logger_, clock_, metrics_);
        writer_ = &database_->writer();
        database_->start();
        CPPUNIT_ASSERT(
            eventually([&] { return database_->state().kind == DatabaseState::Kind::up; }));
        loop_.emplace();
    }

    void tearDown() override {
        other_.reset();
        database_->stop();
        loop_.reset();
        database_.reset();
    }

    void waitsForAShortLock() {
        other_->script("BEGIN IMMEDIATE");
        Started<IssueOutcome> issue(writer_->issue(named("Ada"), {steady_clock::now() + 2s}),
                                    *loop_);
        CPPUNIT_ASSERT(!issue.isDoneWithin(100ms));
        other_->script("ROLLBACK");
        CPPUNIT_ASSERT(std::holds_alternative<Issued>(issue.get()));
    }

    // Nothing is wrong with the session, nor with the database.
    void aLongLockFailsTheRequestOnly() {
        other_->script("BEGIN IMMEDIATE");
        Started<IssueOutcome> issue(writer_->issue(named("Ada"), {steady_clock::now() + 300ms}),
                                    *loop_);
        CPPUNIT_ASSERT_EQUAL(std::string("database locked"),
                             thrownError([&] { issue.get(); }).detail());
        CPPUNIT_ASSERT(database_->state().kind == DatabaseState::Kind::up);
        CPPUNIT_ASSERT(!database_->state().lastFault);
        other_->script("ROLLBACK");
        const auto again = await(writer_->issue(named("Ada"), {steady_clock::now() + 2s}), *loop_);
        CPPUNIT_ASSERT(std::holds_alternative<Issued>(again));
    }

private:
    Credential named(std::string name) const {
        return {Uuid::version4(), std::move(name), "ada@example.org", "passport", "{}",
                "worker-1",       clock_.now()};
    }

    TemporaryDirectory directory_;
    RecordingLogger logger_;
    FixedClock clock_;
    host::PrometheusMetrics metrics_;
    std::optional<storage::SqliteConnection> other_; // somebody else's
    std::optional<storage::Database> database_;
    CredentialWriter* writer_ = nullptr; // of the database
    std::optional<LoopExecutor> loop_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(SqliteLockTest);

} // namespace kubecred::test
