#include "storage/migrating/Migrator.h"
#include "SharedPostgres.h"
#include "storage/Database.h"
#include "storage/migrating/PostgresMigrationSession.h"
#include "storage/migrating/SqliteMigrationSession.h"
#include "support/TemporaryDirectory.h"

#include <cppunit/extensions/HelperMacros.h>

#include <array>

namespace kubecred::test {

using storage::Migration;
using storage::MigrationChanged;
using storage::MigrationSession;
using storage::Migrator;
using storage::StorageError;

/// The rules of migrating, on each database, with migrations made for the test.
class MigratorTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(MigratorTest);
    CPPUNIT_TEST(appliesInOrderAndOnce);
    CPPUNIT_TEST(refusesAChangedFileByName);
    CPPUNIT_TEST(undoesAFileThatFailsHalfway);
    CPPUNIT_TEST(ignoresMigrationsOfALaterRelease);
    CPPUNIT_TEST(shippedMigrationsApplyToAnEmptyDatabase);
    CPPUNIT_TEST_SUITE_END();

public:
    void setUp() override {
        settings_ = emptyPostgresDatabase();
        directory_ = std::make_unique<TemporaryDirectory>();
    }

    void appliesInOrderAndOnce() {
        onEachDatabase([&](const Opener& open, const Migration& first, const Migration& second) {
            const std::array<Migration, 2> two{first, second};
            const std::array<Migration, 1> one{first};
            CPPUNIT_ASSERT_EQUAL(std::string("V001__a "), migrate(open, one));
            CPPUNIT_ASSERT_EQUAL(std::string("V002__b "), migrate(open, two));
            CPPUNIT_ASSERT_EQUAL(std::string(), migrate(open, two));
        });
    }

    void refusesAChangedFileByName() {
        onEachDatabase([&](const Opener& open, const Migration& first, const Migration& second) {
            const std::array<Migration, 1> before{first};
            migrate(open, before);
            const std::array<Migration, 2> after{Migration{first.name, second.sql}, second};
            try {
                migrate(open, after);
                CPPUNIT_FAIL("a changed file must be refused");
            } catch (const MigrationChanged& error) {
                CPPUNIT_ASSERT(std::string(error.what()).find("V001__a") != std::string::npos);
            }
            CPPUNIT_ASSERT_THROW(Migrator(open(), after).status(), MigrationChanged);
        });
    }

    void undoesAFileThatFailsHalfway() {
        onEachDatabase([&](const Opener& open, const Migration& first, const Migration& second) {
            const std::string halfway = std::string(second.sql) + "SELECT nonsense;";
            const std::array<Migration, 2> broken{first, Migration{second.name, halfway}};
            CPPUNIT_ASSERT_THROW(migrate(open, broken), StorageError);
            const auto status = Migrator(open(), broken).status();
            CPPUNIT_ASSERT(status[0].applied);
            CPPUNIT_ASSERT(!status[1].applied);
            const std::array<Migration, 2> mended{first, second};
            CPPUNIT_ASSERT_EQUAL(std::string("V002__b "), migrate(open, mended));
        });
    }

    void ignoresMigrationsOfALaterRelease() {
        onEachDatabase([&](const Opener& open, const Migration& first, const Migration& second) {
            const std::array<Migration, 2> later{first, second};
            migrate(open, later);
            const std::array<Migration, 1> earlier{first};
            CPPUNIT_ASSERT_EQUAL(std::string(), migrate(open, earlier));
        });
    }

    void shippedMigrationsApplyToAnEmptyDatabase() {
        for (const auto& settings : {settings_, sqliteSettings()}) {
            auto migrator = storage::makeMigrator(settings);
            CPPUNIT_ASSERT(!migrator->status().front().applied);
            migrator->migrate([](std::string_view) {});
            for (const auto& [name, applied] : storage::makeMigrator(settings)->status())
                CPPUNIT_ASSERT_MESSAGE(std::string(name), applied);
        }
    }

private:
    using Opener = std::function<std::unique_ptr<MigrationSession>()>;
    using Test = std::function<void(const Opener&, const Migration&, const Migration&)>;

    storage::DatabaseSettings sqliteSettings() const {
        storage::DatabaseSettings settings;
        settings.path = (directory_->path() / "shipped.db").string();
        return settings;
    }

    // With two migrations in its dialect.
    void onEachDatabase(const Test& test) {
        test(
            [this] {
                return std::make_unique<storage::PostgresMigrationSession>(
                    settings_.postgres, Resolver(),
                    std::chrono::steady_clock::now() + std::chrono::seconds(5));
            },
            {"V001__a", "CREATE TABLE {schema}.a (id integer);"},
            {"V002__b", "-- one more\nCREATE TABLE {schema}.b (id integer);\n"});
        test(
            [this] {
                return std::make_unique<storage::SqliteMigrationSession>(
                    (directory_->path() / "test.db").string(),
                    std::chrono::steady_clock::now() + std::chrono::seconds(5));
            },
            {"V001__a", "CREATE TABLE a (id integer);"},
            {"V002__b", "-- one more\nCREATE TABLE b (id integer);\n"});
    }

    static std::string migrate(const Opener& open, std::span<const Migration> migrations) {
        std::string names;
        Migrator(open(), migrations).migrate([&](std::string_view name) {
            names.append(name).append(" ");
        });
        return names;
    }

    storage::DatabaseSettings settings_;
    std::unique_ptr<TemporaryDirectory> directory_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(MigratorTest);

} // namespace kubecred::test
