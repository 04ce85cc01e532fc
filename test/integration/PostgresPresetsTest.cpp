#include "PostgresStore.h"

#include <algorithm>
#include <array>
#include <thread>
#include <utility>

namespace kubecred::test {
namespace {

/// What a setting is preset to, and what a session of ours has; that as pg_settings says it.
struct Preset {
    const char* name;
    const char* theirs;
    const char* ours;
};

constexpr std::array<Preset, 33> presets{{
    {"DateStyle", "SQL, DMY", "ISO, MDY"},
    {"IntervalStyle", "sql_standard", "postgres"},
    {"TimeZone", "Asia/Tokyo", "UTC"},
    {"array_nulls", "off", "on"},
    {"bytea_output", "escape", "hex"},
    {"default_transaction_deferrable", "on", "off"},
    {"default_transaction_isolation", "serializable", "read committed"},
    {"default_transaction_read_only", "on", "off"},
    {"enable_bitmapscan", "off", "on"},
    {"enable_hashagg", "off", "on"},
    {"enable_hashjoin", "on", "off"},
    {"enable_indexonlyscan", "off", "on"},
    {"enable_indexscan", "off", "on"},
    {"enable_material", "off", "on"},
    {"enable_memoize", "off", "on"},
    {"enable_mergejoin", "on", "off"},
    {"enable_nestloop", "off", "on"},
    {"enable_seqscan", "on", "off"},
    {"enable_sort", "off", "on"},
    {"idle_in_transaction_session_timeout", "1", "10000"},
    {"idle_session_timeout", "500", "0"},
    {"jit", "on", "off"},
    {"lock_timeout", "1", "500"},
    {"max_parallel_workers_per_gather", "4", "0"},
    {"plan_cache_mode", "force_custom_plan", "force_generic_plan"},
    {"random_page_cost", "1000000", "4"},
    {"row_security", "on", "off"},
    {"search_path", "nowhere", "pg_catalog, pg_temp"},
    {"seq_page_cost", "0", "1"},
    {"standard_conforming_strings", "off", "on"},
    {"statement_timeout", "50", "10000"},
    {"synchronous_commit", "off", "on"},
    {"transform_null_equals", "on", "off"},
}};

} // namespace

/// The stores where the database and the role preset everything otherwise than we need it.
class PostgresPresetsTest : public PostgresStore {
    CPPUNIT_TEST_SUB_SUITE(PostgresPresetsTest, CredentialStoreContract);
    CPPUNIT_TEST(everySettingIsOurs);
    CPPUNIT_TEST(acknowledgesNothingBeforeItIsOnDisk);
    CPPUNIT_TEST(idleSessionsStay);
    CPPUNIT_TEST(readsByIndex);
    CPPUNIT_TEST_SUITE_END();

public:
    void everySettingIsOurs() {
        noteSettings();
        CPPUNIT_ASSERT(isIssued(issue(credentialOf("Ada"))));
        for (const auto& [name, theirs, ours] : presets) {
            const auto preset =
                query("SELECT setting FROM preset WHERE name = '" + std::string(name) + "'");
            CPPUNIT_ASSERT_MESSAGE(name, preset != std::string(ours) + "\n");
            CPPUNIT_ASSERT_EQUAL_MESSAGE(name, std::string(ours) + "\n",
                                         query("SELECT DISTINCT setting FROM seen WHERE name = '" +
                                               std::string(name) + "'"));
        }
    }

    // What asks for more than that is left as it is.
    void acknowledgesNothingBeforeItIsOnDisk() {
        const std::array<std::pair<const char*, const char*>, 5> commits{{
            {"off", "on"},
            {"local", "on"},
            {"remote_write", "on"},
            {"on", "on"},
            {"remote_apply", "remote_apply"},
        }};
        noteSettings();
        for (const auto& [theirs, ours] : commits) {
            query("ALTER ROLE " + settings_.postgres.user +
                  " SET synchronous_commit = " + std::string(theirs));
            query("TRUNCATE seen");
            storage::Database database(settings_, *logger_, clock_, metrics_);
            auto& writer = database.writer();
            database.start();
            CPPUNIT_ASSERT(
                isIssued(Started(writer.issue(credentialOf(theirs), {soon()}), loop()).get()));
            database.stop();
            CPPUNIT_ASSERT_EQUAL_MESSAGE(
                theirs, std::string(ours) + "\n",
                query("SELECT setting FROM seen WHERE name = 'synchronous_commit'"));
        }
    }

    void idleSessionsStay() {
        const std::string sessions = "SELECT pid FROM pg_stat_activity WHERE usename = '" +
                                     settings_.postgres.user + "' ORDER BY 1";
        CPPUNIT_ASSERT(eventually([&] { return lines(query(sessions)) == 16; }));
        const auto before = query(sessions);
        std::this_thread::sleep_for(std::chrono::milliseconds(1500));
        CPPUNIT_ASSERT_EQUAL(before, query(sessions));
    }

    void readsByIndex() {
        query("ALTER ROLE " + settings_.postgres.user +
              " SET session_preload_libraries = 'auto_explain';"
              "ALTER ROLE " +
              settings_.postgres.user + " SET auto_explain.log_min_duration = 0");
        const auto before = sharedPostgres().log().size();
        storage::Database database(settings_, *logger_, clock_, metrics_);
        auto& writer = database.writer();
        auto& reader = database.reader();
        database.start();
        const auto credential = credentialOf("Ada");
        CPPUNIT_ASSERT(isIssued(Started(writer.issue(credential, {soon()}), loop()).get()));
        CPPUNIT_ASSERT(
            !isIssued(Started(writer.issue(credentialOf("Ada"), {soon()}), loop()).get()));
        CPPUNIT_ASSERT(Started(reader.find({credential.id}, {soon()}), loop()).get());
        database.stop();
        const auto plans = sharedPostgres().log().substr(before);
        const auto at = plans.find("WHERE id = ANY");
        CPPUNIT_ASSERT(at != std::string::npos);
        CPPUNIT_ASSERT(plans.find("Index Scan on credentials_pkey", at) < plans.find("LOG:", at));
        CPPUNIT_ASSERT(plans.find("Index Scan using unique_credential on credentials existing") !=
                       std::string::npos);
        CPPUNIT_ASSERT(plans.find("Seq Scan on credentials") == std::string::npos);
    }

private:
    storage::DatabaseSettings emptyDatabase() override {
        auto settings = PostgresStore::emptyDatabase();
        const std::string owner = "owner_of_" + name_;
        query("CREATE ROLE " + owner + " LOGIN CREATEROLE");
        query("ALTER DATABASE " + name_ + " OWNER TO " + owner);
        for (const auto& [name, theirs, ours] : presets)
            for (const auto& whose : {"ALTER DATABASE " + name_, "ALTER ROLE " + owner})
                sharedPostgres().query("postgres",
                                       whose + " SET " + name + " = " + value(name, theirs));
        // The test itself goes on as before.
        for (const std::string mine :
             {"statement_timeout = 0", "lock_timeout = 0", "idle_session_timeout = 0",
              "default_transaction_read_only = off",
              "default_transaction_isolation = "
              "'read committed'",
              "search_path = public"})
            sharedPostgres().query("postgres",
                                   "ALTER ROLE postgres IN DATABASE " + name_ + " SET " + mine);
        settings.postgres.user = owner;
        settings_ = settings;
        return settings;
    }

    static std::string value(const std::string& name, const std::string& text) {
        return name == "search_path" || name == "DateStyle" ? text : "'" + text + "'";
    }

    static std::ptrdiff_t lines(const std::string& text) { return std::ranges::count(text, '\n'); }

    // Has each insert write down what its session has, and what it began with.
    void noteSettings() const {
        query("CREATE TABLE seen AS SELECT name, setting FROM pg_settings WHERE false;"
              "CREATE TABLE preset AS SELECT name, setting FROM pg_settings WHERE false;"
              "GRANT ALL ON seen, preset TO PUBLIC;"
              "CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN "
              "INSERT INTO public.seen SELECT name, setting FROM pg_settings; "
              "INSERT INTO public.preset SELECT name, reset_val FROM pg_settings; "
              "RETURN NEW; END$$;"
              "CREATE TRIGGER note BEFORE INSERT ON credentials FOR EACH ROW "
              "EXECUTE FUNCTION note()");
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(PostgresPresetsTest);

} // namespace kubecred::test
