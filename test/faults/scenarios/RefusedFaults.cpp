#include "faults/FaultScenario.h"
#include "faults/Requests.h"
#include "support/ForeignSession.h"

#include <thread>

namespace kubecred::test {

/// The database is there but says no: to all, or to those who write.
class RefusedFaults : public FaultScenario {
    CPPUNIT_TEST_SUITE(RefusedFaults);
    CPPUNIT_TEST(readOnly);
    CPPUNIT_TEST(readOnlyWithoutTraffic);
    CPPUNIT_TEST(passwordChanged);
    CPPUNIT_TEST(connectionsExhausted);
    CPPUNIT_TEST(tableRenamed);
    CPPUNIT_TEST(privilegeRevoked);
    CPPUNIT_TEST_SUITE_END();

public:
    // The service logs in as one who may no more than it needs, with a password.
    void setUp() override {
        FaultScenario::setUp();
        query("CREATE ROLE service LOGIN PASSWORD 'right' "
              "IN ROLE kube_credential_issuance, kube_credential_verification");
        auto file = query("SHOW hba_file");
        file.pop_back();
        query("COPY (VALUES ('host all service 127.0.0.1/32 scram-sha-256'), "
              "('host all all 127.0.0.1/32 trust')) TO '" +
              file + "'");
        query("SELECT pg_reload_conf()");
        properties_["database.user"] = "service";
        properties_["database.password"] = "right";
        startWorker();
    }

    void readOnly() {
        refuse(
            "database read-only", [&] { becomeReadOnly(true); }, [&] { becomeReadOnly(false); });
        assertVerificationWentOn();
    }

    void readOnlyWithoutTraffic() {
        becomeReadOnly(true);
        worker().waitForStatus("degraded", mostNotice);
        assertRefusedQuickly();
        becomeReadOnly(false);
        const auto began = nowMs();
        worker().waitForStatus("healthy", std::chrono::milliseconds(mostRecoveryMs * margin));
        const auto recovered = nowMs() - began;
        CPPUNIT_ASSERT_EQUAL(201, issueOne(worker().port(), "after").status);
        conclude("database read-only, no traffic", recovered);
    }

    void passwordChanged() {
        refuse(
            "password changed, sessions ended",
            [&] {
                query("ALTER ROLE service PASSWORD 'wrong'");
                endSessions();
            },
            [&] { query("ALTER ROLE service PASSWORD 'right'"); });
    }

    void connectionsExhausted() {
        std::vector<ForeignSession> others;
        refuse(
            "max_connections exhausted by others, sessions ended",
            [&] {
                while (std::ssize(others) < connections()) {
                    endSessions();
                    takeAllConnections(others);
                }
            },
            [&] { others.clear(); });
    }

    void tableRenamed() {
        refuse(
            "table renamed away", [&] { query("ALTER TABLE credentials RENAME TO gone"); },
            [&] { query("ALTER TABLE gone RENAME TO credentials"); });
    }

    void privilegeRevoked() {
        refuse(
            "privilege to write revoked",
            [&] { query("REVOKE INSERT ON credentials FROM kube_credential_issuance"); },
            [&] { query("GRANT INSERT ON credentials TO kube_credential_issuance"); });
        assertVerificationWentOn();
    }

private:
    static constexpr std::chrono::milliseconds mostNotice{2000 * margin};

    Daemon& worker() { return *workers_.front(); }

    void refuse(const std::string& name, const std::function<void()>& begin,
                const std::function<void()>& end) {
        underLoad(name, [&](Load&) {
            begin();
            worker().waitForStatus("degraded", mostNotice);
            assertRefusedQuickly();
            std::this_thread::sleep_for(std::chrono::milliseconds(rounds(500, 20000)));
            assertRefusedQuickly();
            end();
        });
        worker().waitForStatus("healthy", std::chrono::milliseconds(mostRecoveryMs * margin));
    }

    void assertRefusedQuickly() {
        for (int i = 0; i < 5; ++i) {
            const auto began = nowMs();
            const auto answer = issueOne(worker().port(), "refused");
            CPPUNIT_ASSERT(nowMs() - began <= 50 * margin);
            CPPUNIT_ASSERT_EQUAL(503, answer.status);
            CPPUNIT_ASSERT(answer.has("retry-after"));
        }
    }

    // Not one verification was refused, or answered without the database.
    void assertVerificationWentOn() {
        for (const auto& entry : ledger_->read()) {
            if (entry.kind != LedgerEntry::Kind::verify || !entry.sent)
                continue;
            CPPUNIT_ASSERT_EQUAL(200, entry.status);
            CPPUNIT_ASSERT(!entry.isDegraded);
        }
    }

    // As a server says that has become a standby; what a preset says would be overridden.
    void becomeReadOnly(bool readOnly) {
        query("DROP TRIGGER IF EXISTS read_only ON credentials");
        if (readOnly)
            query("CREATE OR REPLACE FUNCTION be_read_only() RETURNS trigger LANGUAGE plpgsql AS "
                  "$$ BEGIN RAISE EXCEPTION 'no' USING ERRCODE = '25006'; END $$;"
                  "CREATE TRIGGER read_only BEFORE INSERT ON credentials FOR EACH STATEMENT "
                  "EXECUTE FUNCTION be_read_only()");
    }

    // That are not kept for superusers.
    int connections() const {
        return std::stoi(query("SELECT current_setting('max_connections')::int - "
                               "current_setting('superuser_reserved_connections')::int"));
    }

    void endSessions() {
        query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'service'");
    }

    void takeAllConnections(std::vector<ForeignSession>& others) {
        query("DO $$ BEGIN CREATE ROLE other LOGIN; "
              "EXCEPTION WHEN duplicate_object THEN NULL; END $$");
        try {
            for (;;)
                others.emplace_back(server_->port(), "postgres", "other");
        } catch (const std::runtime_error&) {
            return; // there is no more
        }
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(RefusedFaults);

} // namespace kubecred::test
