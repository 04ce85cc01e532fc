#include "SharedPostgres.h"
#include "host/logging/JsonLogger.h"
#include "host/metrics/PrometheusMetrics.h"
#include "storage/Database.h"
#include "support/Eventually.h"

#include <cppunit/extensions/HelperMacros.h>

#include <unistd.h>

#include <memory>
#include <optional>
#include <string>

namespace kubecred::test {

using storage::DatabaseState;
using storage::Fault;

/// A session stays with a server only while that is of the kind that was asked for.
class PostgresServerKindTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(PostgresServerKindTest);
    CPPUNIT_TEST(leavesAStandbyThatIsPromoted);
    CPPUNIT_TEST(stillReadsOnlyWhereThePrimaryDoes);
    CPPUNIT_TEST_SUITE_END();

public:
    void setUp() override {
        server_ = std::make_unique<PostgresServer>();
        database_ = server_->createDatabase();
        storage::makeMigrator(settings(*server_, "any"))->migrate([](std::string_view) {});
    }

    void leavesAStandbyThatIsPromoted() {
        const auto standby = server_->addStandby();
        Reader wantsStandby(settings(*standby, "standby"));
        Reader wantsReadOnly(settings(*standby, "read-only"));
        Reader wantsPrimary(settings(*standby, "primary"));
        Reader wantsAny(settings(*standby, "any"));
        for (Reader* reader : {&wantsStandby, &wantsReadOnly, &wantsAny})
            CPPUNIT_ASSERT(reader->becomes(DatabaseState::Kind::up));
        CPPUNIT_ASSERT(wantsPrimary.becomes(DatabaseState::Kind::down));
        CPPUNIT_ASSERT(wantsPrimary.lastFault() == Fault::readOnly);
        standby->promote();
        for (Reader* reader : {&wantsStandby, &wantsReadOnly})
            CPPUNIT_ASSERT(reader->becomes(DatabaseState::Kind::down));
        CPPUNIT_ASSERT(wantsStandby.lastFault() == Fault::refused);
        CPPUNIT_ASSERT(wantsPrimary.becomes(DatabaseState::Kind::up));
        CPPUNIT_ASSERT(wantsAny.becomes(DatabaseState::Kind::up));
    }

    // Where what presets it is what makes a server one that only reads.
    void stillReadsOnlyWhereThePrimaryDoes() {
        const std::string alter =
            "ALTER DATABASE " + database_ + " SET default_transaction_read_only = ";
        server_->query("postgres", alter + "on");
        Reader reader(settings(*server_, "read-only"));
        CPPUNIT_ASSERT(reader.becomes(DatabaseState::Kind::up));
    }

private:
    class Reader {
    public:
        explicit Reader(const storage::DatabaseSettings& settings)
            : database_(settings, logger_, clock_, metrics_) {
            database_.reader();
            database_.start();
        }
        ~Reader() { database_.stop(); }
        Reader(const Reader&) = delete;
        Reader& operator=(const Reader&) = delete;

        bool becomes(DatabaseState::Kind kind) const {
            return eventually([&] { return database_.state().kind == kind; },
                              std::chrono::seconds(10));
        }
        std::optional<Fault> lastFault() const { return database_.state().lastFault; }

    private:
        SystemClock clock_;
        host::JsonLogger logger_{STDERR_FILENO, LogLevel::error, "test", "test", clock_};
        host::PrometheusMetrics metrics_;
        storage::Database database_;
    };

    storage::DatabaseSettings settings(const PostgresServer& server, const char* kind) const {
        storage::DatabaseSettings settings;
        settings.driver = storage::DatabaseSettings::Driver::postgresql;
        settings.postgres = postgresSettings(server, database_);
        settings.postgres.targetSessionAttrs = kind;
        settings.poolSize = 1;
        return settings;
    }

    std::unique_ptr<PostgresServer> server_;
    std::string database_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(PostgresServerKindTest);

} // namespace kubecred::test
