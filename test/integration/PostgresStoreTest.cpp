#include "PostgresStore.h"

#include <chrono>
#include <thread>

namespace kubecred::test {

class PostgresStoreTest : public PostgresStore {
    CPPUNIT_TEST_SUB_SUITE(PostgresStoreTest, CredentialStoreContract);
    CPPUNIT_TEST(survivesTheLossOfItsSessions);
    CPPUNIT_TEST(givesUpAtTheDeadlineBehindALock);
    CPPUNIT_TEST(survivesARefusedInsert);
    CPPUNIT_TEST(survivesAChangeOfTheTable);
    CPPUNIT_TEST(isDownWithoutItsPrivileges);
    CPPUNIT_TEST(readsWithoutThePrivilegeToWrite);
    CPPUNIT_TEST(readsUtcWhateverTheServersTimeZone);
    CPPUNIT_TEST_SUITE_END();

public:
    void survivesTheLossOfItsSessions() {
        const auto credential = credentialOf("Ada");
        issue(credential);
        query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
              "WHERE datname = current_database() AND pid <> pg_backend_pid()");
        CPPUNIT_ASSERT(recovers([&] { return find(credential.id).has_value(); }));
    }

    void givesUpAtTheDeadlineBehindALock() {
        issue(credentialOf("Ada"));
        std::thread holder(
            [&] { query("BEGIN; LOCK TABLE credentials; SELECT pg_sleep(1.5); COMMIT"); });
        CPPUNIT_ASSERT(eventually([&] {
            return query("SELECT count(*) FROM pg_locks WHERE mode = 'AccessExclusiveLock' "
                         "AND relation = 'credentials'::regclass") == "1\n";
        }));
        const auto begun = std::chrono::steady_clock::now();
        Started late(database_->writer().issue(credentialOf("Bob"),
                                               {begun + std::chrono::milliseconds(300)}),
                     loop());
        CPPUNIT_ASSERT_THROW(late.get(), Error);
        const auto took = std::chrono::steady_clock::now() - begun;
        holder.join();
        CPPUNIT_ASSERT(took >= std::chrono::milliseconds(250));
        CPPUNIT_ASSERT(took < std::chrono::milliseconds(1200));
        CPPUNIT_ASSERT(recovers([&] { return !find(Uuid::version4()); }));
    }

    void survivesARefusedInsert() {
        issue(credentialOf("Zoe")); // there is a session from here on
        query("CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS "
              "$$BEGIN RAISE EXCEPTION 'no: %', NEW.email; END$$;"
              "CREATE TRIGGER refuse BEFORE INSERT ON credentials FOR EACH ROW "
              "EXECUTE FUNCTION refuse()");
        try {
            issue(credentialOf("Ada"));
            CPPUNIT_FAIL("the trigger refuses");
        } catch (const Error& error) {
            CPPUNIT_ASSERT(error.kind() == ErrorKind::unavailable);
            CPPUNIT_ASSERT(error.detail().find("ada@") == std::string::npos);
        }
        query("DROP TRIGGER refuse ON credentials");
        CPPUNIT_ASSERT(isIssued(issue(credentialOf("Ada"))));
    }

    void survivesAChangeOfTheTable() {
        const auto credential = credentialOf("Ada");
        issue(credential);
        CPPUNIT_ASSERT(find(credential.id));
        query("ALTER TABLE credentials ALTER COLUMN issued_by TYPE varchar(300)");
        CPPUNIT_ASSERT(recovers([&] { return find(credential.id).has_value(); }));
    }

    void isDownWithoutItsPrivileges() {
        query("CREATE ROLE stranger LOGIN");
        auto settings = settings_;
        settings.postgres.user = "stranger";
        storage::Database stranger(settings, *logger_, clock_, metrics_);
        stranger.reader();
        stranger.start();
        CPPUNIT_ASSERT(eventually(
            [&] { return stranger.state().lastFault == storage::Fault::permissionDenied; }));
        CPPUNIT_ASSERT(stranger.state().kind == storage::DatabaseState::Kind::down);
        CPPUNIT_ASSERT(stranger.reads() && !stranger.writes());
        stranger.stop();
        query("DROP ROLE stranger");
    }

    void readsWithoutThePrivilegeToWrite() {
        query("CREATE ROLE verifier LOGIN IN ROLE kube_credential_verification");
        const auto credential = credentialOf("Ada");
        issue(credential);
        auto settings = settings_;
        settings.postgres.user = "verifier";
        storage::Database verifier(settings, *logger_, clock_, metrics_);
        auto& reader = verifier.reader();
        auto& writer = verifier.writer();
        verifier.start();
        CPPUNIT_ASSERT(Started(reader.find({credential.id}, {soon()}), loop()).get());
        CPPUNIT_ASSERT_THROW(Started(writer.issue(credentialOf("Bob"), {soon()}), loop()).get(),
                             Error);
        CPPUNIT_ASSERT(verifier.reads()->kind == storage::DatabaseState::Kind::up);
        CPPUNIT_ASSERT(verifier.writes()->kind == storage::DatabaseState::Kind::down);
        CPPUNIT_ASSERT(verifier.writes()->lastFault == storage::Fault::permissionDenied);
        CPPUNIT_ASSERT(verifier.state().kind == storage::DatabaseState::Kind::down);
        verifier.stop();
        query("DROP ROLE verifier");
    }

    void readsUtcWhateverTheServersTimeZone() {
        query("ALTER DATABASE " + name_ + " SET timezone = 'Asia/Tokyo'");
        const auto credential = credentialOf("Ada");
        issue(credential);
        const auto stored = query("SELECT to_char(issued_at, 'HH24:MI') FROM credentials");
        CPPUNIT_ASSERT_EQUAL(toIso8601(credential.issuedAt).substr(11, 5) + "\n", stored);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(PostgresStoreTest);

} // namespace kubecred::test
