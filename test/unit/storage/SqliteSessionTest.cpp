#include "storage/sessions/sqlite/SqliteSession.h"

#include "storage/Database.h"
#include "storage/Statements.h"
#include "support/Eventually.h"
#include "support/TemporaryDirectory.h"

#include <cppunit/extensions/HelperMacros.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kubecred::test {

using namespace std::chrono_literals;
using std::chrono::steady_clock;
using storage::Fault;
using storage::Parameters;
using storage::Role;
using storage::SqliteSession;

// What a session with a SQLite file makes of trouble.
class SqliteSessionTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(SqliteSessionTest);
    CPPUNIT_TEST(writesABatchOrNothingOfIt);
    CPPUNIT_TEST(probes);
    CPPUNIT_TEST(opensByItsDeadlineOnly);
    CPPUNIT_TEST(aLockIsWaitedForNearlyUntilTheDeadline);
    CPPUNIT_TEST(aHangingSessionIsGivenUpAtOnce);
    CPPUNIT_TEST(aMissingTableIsAMissingSchema);
    CPPUNIT_TEST(aFileThatWasRemovedIsUnreachable);
    CPPUNIT_TEST(aFullDatabaseIsFull);
    CPPUNIT_TEST(aReadOnlyDatabaseIsReadOnly);
    CPPUNIT_TEST(aRefusedValueLeavesTheSession);
    CPPUNIT_TEST_SUITE_END();

public:
    void setUp() override {
        migrate(path());
        other_.emplace(path(), in(5s));
    }

    void tearDown() override { other_.reset(); }

    void writesABatchOrNothingOfIt() {
        SqliteSession session(path(), Role::writing, in(5s), threads_);
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, insert(session, {"Ada", "Bob"})->count());
        SqliteSession reader(path(), Role::reading, in(5s), threads_);
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, find(reader, ids_.at(0))->count());
        // A batch of which one row is refused.
        other_->script("CREATE TRIGGER no BEFORE INSERT ON credentials WHEN NEW.name = 'Eve' "
                       "BEGIN SELECT RAISE(ABORT, 'no'); END");
        CPPUNIT_ASSERT(faultOf([&] { insert(session, {"Cy", "Eve"}); }) == Fault::refused);
        CPPUNIT_ASSERT(session.usable());
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, find(reader, ids_.at(2))->count());
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, insert(session, {"Di"})->count());
    }

    void probes() {
        for (const Role role : {Role::reading, Role::writing}) {
            SqliteSession session(path(), role, in(5s), threads_);
            session.beginProbe(in(5s));
            CPPUNIT_ASSERT(storage::waitForAnswer(session, in(5s)));
            CPPUNIT_ASSERT(session.usable());
        }
    }

    void opensByItsDeadlineOnly() {
        other_->script("BEGIN IMMEDIATE");
        const auto began = steady_clock::now();
        const auto fault =
            faultOf([&] { SqliteSession(path(), Role::writing, began + 100ms, threads_); });
        CPPUNIT_ASSERT(fault == Fault::locked || fault == Fault::timedOut);
        CPPUNIT_ASSERT(steady_clock::now() - began < 2s);
        other_->script("ROLLBACK");
        awaitNoThread();
    }

    void aLockIsWaitedForNearlyUntilTheDeadline() {
        SqliteSession session(path(), Role::writing, in(5s), threads_);
        other_->script("BEGIN IMMEDIATE");
        const auto began = steady_clock::now();
        const auto deadline = began + 250ms;
        begin(session, {"Ada"}, deadline);
        CPPUNIT_ASSERT(faultOf([&] { storage::waitForAnswer(session, deadline); }) ==
                       Fault::locked);
        CPPUNIT_ASSERT(steady_clock::now() - began >= 150ms);
        CPPUNIT_ASSERT(session.usable());
        other_->script("ROLLBACK");
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, insert(session, {"Ada"})->count());
    }

    // As while the disk is stuck: who waits gives up, and what hangs ends by itself.
    void aHangingSessionIsGivenUpAtOnce() {
        auto session = std::make_unique<SqliteSession>(path(), Role::writing, in(5s), threads_);
        other_->script("BEGIN IMMEDIATE");
        begin(*session, {"Ada"}, in(1h));
        const auto began = steady_clock::now();
        CPPUNIT_ASSERT(faultOf([&] { storage::waitForAnswer(*session, in(50ms)); }) ==
                       Fault::timedOut);
        CPPUNIT_ASSERT(!session->usable());
        session.reset();
        CPPUNIT_ASSERT(steady_clock::now() - began < 1s);
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, threads_.running());
        SqliteSession reader(path(), Role::reading, in(5s), threads_);
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, threads_.running());
        other_->script("ROLLBACK");
        CPPUNIT_ASSERT(eventually([&] { return threads_.running() == 1; }));
    }

    void aMissingTableIsAMissingSchema() {
        SqliteSession session(path(), Role::reading, in(5s), threads_);
        other_->script("DROP TABLE credentials");
        session.beginProbe(in(5s));
        CPPUNIT_ASSERT(faultOf([&] { storage::waitForAnswer(session, in(5s)); }) ==
                       Fault::schemaMissing);
        CPPUNIT_ASSERT(!session.usable());
        CPPUNIT_ASSERT(faultOf([&] { SqliteSession(path(), Role::reading, in(5s), threads_); }) ==
                       Fault::schemaMissing);
        CPPUNIT_ASSERT(faultOf([&] { SqliteSession(path(), Role::writing, in(5s), threads_); }) ==
                       Fault::schemaMissing);
    }

    void aFileThatWasRemovedIsUnreachable() {
        SqliteSession session(path(), Role::writing, in(5s), threads_);
        std::filesystem::remove(path());
        CPPUNIT_ASSERT(faultOf([&] { insert(session, {"Ada"}); }) == Fault::unreachable);
        CPPUNIT_ASSERT(!session.usable());
        migrate(path());
        SqliteSession reader(path(), Role::reading, in(5s), threads_);
        std::filesystem::remove(path());
        CPPUNIT_ASSERT(faultOf([&] { find(reader, Uuid::version4()); }) == Fault::unreachable);
        CPPUNIT_ASSERT(!reader.usable());
    }

    void aFullDatabaseIsFull() {
        storage::SqliteWorker worker(path(), in(5s), threads_);
        worker.begin([](storage::SqliteConnection& connection) -> storage::Result {
            connection.script("PRAGMA max_page_count = 1");
            connection.script("CREATE TABLE filler (a)");
            connection.script("INSERT INTO filler VALUES (zeroblob(1000000))");
            return nullptr;
        });
        CPPUNIT_ASSERT(faultOf([&] { waitFor(worker); }) == Fault::storageFull);
        CPPUNIT_ASSERT(!worker.usable());
    }

    void aReadOnlyDatabaseIsReadOnly() {
        storage::SqliteWorker worker(path(), in(5s), threads_);
        worker.begin([](storage::SqliteConnection& connection) -> storage::Result {
            connection.script("PRAGMA query_only = true");
            connection.script("DELETE FROM credentials");
            return nullptr;
        });
        CPPUNIT_ASSERT(faultOf([&] { waitFor(worker); }) == Fault::readOnly);
        CPPUNIT_ASSERT(!worker.usable());
    }

    void aRefusedValueLeavesTheSession() {
        storage::SqliteWorker worker(path(), in(5s), threads_);
        worker.begin([](storage::SqliteConnection& connection) -> storage::Result {
            connection.script("SELECT zeroblob(2000000000)");
            return nullptr;
        });
        CPPUNIT_ASSERT(faultOf([&] { waitFor(worker); }) == Fault::valueRefused);
        CPPUNIT_ASSERT(worker.usable());
    }

private:
    static Deadline in(std::chrono::milliseconds time) { return steady_clock::now() + time; }

    std::string path() const { return directory_.path() / "credentials.db"; }

    static void migrate(const std::string& path) {
        storage::DatabaseSettings settings;
        settings.driver = storage::DatabaseSettings::Driver::sqlite;
        settings.path = path;
        storage::makeMigrator(settings)->migrate([](std::string_view) {});
    }

    void begin(SqliteSession& session, const std::vector<std::string>& names, Deadline deadline) {
        const std::string text = "text";
        std::vector<Uuid> ids;
        for (std::size_t i = 0; i < names.size(); ++i)
            ids.push_back(Uuid::version4());
        ids_.insert(ids_.end(), ids.begin(), ids.end());
        const auto same = [&](const auto&) { return storage::Value(std::string_view(text)); };
        Parameters parameters;
        parameters.addColumn(ids, [](const Uuid& id) { return storage::Value(id); })
            .addColumn(names, [](const std::string& name) { return storage::Value(name); })
            .addColumn(ids, same)
            .addColumn(ids, same)
            .addColumn(ids, same)
            .addColumn(ids, same)
            .addColumn(ids, [](const Uuid&) { return storage::Value(Timestamp()); });
        session.begin(storage::sql::writing::insertCredentials, parameters, deadline);
    }

    storage::Result insert(SqliteSession& session, const std::vector<std::string>& names) {
        begin(session, names, in(5s));
        return storage::waitForAnswer(session, in(5s));
    }

    static storage::Result find(SqliteSession& session, const Uuid& id) {
        Parameters parameters;
        parameters.add(id).add(std::int64_t{100});
        session.begin(storage::sql::reading::findCredentials, parameters, in(5s));
        return storage::waitForAnswer(session, in(5s));
    }

    static void waitFor(storage::SqliteWorker& worker) {
        CPPUNIT_ASSERT(eventually([&] { return worker.proceed().has_value(); }));
    }

    template <typename Call>
    static std::optional<Fault> faultOf(Call call) {
        try {
            call();
        } catch (const storage::StorageError& error) {
            return error.fault();
        }
        return std::nullopt;
    }

    void awaitNoThread() {
        CPPUNIT_ASSERT(eventually([&] { return threads_.running() == 0; }));
    }

    TemporaryDirectory directory_;
    std::vector<Uuid> ids_; // of what was inserted, in its order
    Threads threads_;
    std::optional<storage::SqliteConnection> other_; // somebody else's
};

CPPUNIT_TEST_SUITE_REGISTRATION(SqliteSessionTest);

} // namespace kubecred::test
