#include "storage/migrating/Migrator.h"

#include <cppunit/extensions/HelperMacros.h>

#include <array>
#include <memory>
#include <string>
#include <vector>

namespace kubecred::test {

using storage::AppliedMigration;
using storage::Migration;

namespace {

// What a migration session was asked, in order, and what its database has behind it.
struct MigrationLog {
    std::string calls;
    std::vector<AppliedMigration> applied;
};

class FakeMigrationSession final : public storage::MigrationSession {
public:
    explicit FakeMigrationSession(MigrationLog& log) : log_(log) {}

    void begin() override { log_.calls += "begin;"; }
    void commit() override { log_.calls += "commit;"; }
    void script(const std::string& sql) override { log_.calls += sql + ";"; }
    void prepare() override { log_.calls += "table;"; }
    std::vector<AppliedMigration> applied() override { return log_.applied; }
    void record(const AppliedMigration& migration) override {
        log_.calls += "record " + migration.name + ";";
        log_.applied.push_back(migration);
    }

private:
    MigrationLog& log_;
};

constexpr std::array<Migration, 2> migrations{{{"V001__a", "SQL 1"}, {"V002__b", "SQL 2"}}};

} // namespace

class MigrationTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(MigrationTest);
    CPPUNIT_TEST(checksumsAreSha256);
    CPPUNIT_TEST(declaredChecksumsCount);
    CPPUNIT_TEST(theProgramCarriesItsMigrations);
    CPPUNIT_TEST(appliesWhatIsPendingOneByOne);
    CPPUNIT_TEST(appliesNothingTwice);
    CPPUNIT_TEST(leavesWhatIsNewerAlone);
    CPPUNIT_TEST(refusesAChangedMigration);
    CPPUNIT_TEST(statusChangesNothing);
    CPPUNIT_TEST_SUITE_END();

public:
    void checksumsAreSha256() {
        CPPUNIT_ASSERT_EQUAL(
            std::string("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            storage::checksumOf({"any name", "abc"}));
    }

    void declaredChecksumsCount() {
        const std::string earlier = storage::checksumOf({"any name", "abc"});
        CPPUNIT_ASSERT_EQUAL(earlier, storage::checksumOf({"any name", "-- checksum: " + earlier +
                                                                           " of abc\nabcd"}));
        // What databases in the field have recorded.
        CPPUNIT_ASSERT_EQUAL(
            std::string("ba1df2049fab62c1782b8600103ffcf89ac9fec0569964d2dbd582bc1a547a89"),
            storage::checksumOf(storage::postgresMigrations().front()));
    }

    void theProgramCarriesItsMigrations() {
        for (const auto& carried : {storage::postgresMigrations(), storage::sqliteMigrations()}) {
            CPPUNIT_ASSERT(!carried.empty());
            CPPUNIT_ASSERT_EQUAL(std::string("V001__create_credentials"),
                                 std::string(carried[0].name));
            for (std::size_t i = 0; i < carried.size(); ++i) {
                CPPUNIT_ASSERT(carried[i].sql.find("credentials") != std::string_view::npos);
                CPPUNIT_ASSERT(i == 0 || carried[i - 1].name < carried[i].name);
            }
        }
    }

    void appliesWhatIsPendingOneByOne() {
        CPPUNIT_ASSERT_EQUAL(std::string("V001__a,V002__b,"), migrate());
        CPPUNIT_ASSERT_EQUAL(std::string("begin;table;SQL 1;record V001__a;commit;"
                                         "begin;SQL 2;record V002__b;commit;begin;commit;"),
                             log_.calls);
        CPPUNIT_ASSERT_EQUAL(storage::checksumOf(migrations[1]), log_.applied.at(1).checksum);
    }

    void appliesNothingTwice() {
        log_.applied = {{"V001__a", storage::checksumOf(migrations[0])}};
        CPPUNIT_ASSERT_EQUAL(std::string("V002__b,"), migrate());
        CPPUNIT_ASSERT_EQUAL(std::string(), migrate());
    }

    void leavesWhatIsNewerAlone() {
        migrate();
        log_.applied.push_back({"V003__c", "of a later release"});
        CPPUNIT_ASSERT_EQUAL(std::string(), migrate());
    }

    void refusesAChangedMigration() {
        log_.applied = {{"V001__a", storage::checksumOf({"V001__a", "SQL 0"})}};
        CPPUNIT_ASSERT_THROW(migrate(), storage::MigrationChanged);
        CPPUNIT_ASSERT_EQUAL(std::string("begin;table;"), log_.calls);
        CPPUNIT_ASSERT_THROW(migrator().status(), storage::MigrationChanged);
    }

    void statusChangesNothing() {
        log_.applied = {{"V001__a", storage::checksumOf(migrations[0])}};
        const auto status = migrator().status();
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, status.size());
        CPPUNIT_ASSERT(status[0].applied && !status[1].applied);
        CPPUNIT_ASSERT_EQUAL(std::string("V002__b"), std::string(status[1].name));
        CPPUNIT_ASSERT_EQUAL(std::string(), log_.calls);
    }

private:
    storage::Migrator migrator() {
        return {std::make_unique<FakeMigrationSession>(log_), migrations};
    }

    // The names of what was applied, each followed by a comma.
    std::string migrate() {
        std::string names;
        migrator().migrate([&](std::string_view name) { names.append(name).append(","); });
        return names;
    }

    MigrationLog log_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(MigrationTest);

} // namespace kubecred::test
