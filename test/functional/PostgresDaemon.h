#pragma once

#include "Expectations.h"
#include "support/Daemon.h"
#include "support/Eventually.h"
#include "support/PostgresServer.h"
#include "support/RawConnection.h"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace kubecred::test {

/// A healthy daemon over a PostgreSQL server of its own, which a test may freeze to let requests
/// wait. No answer waits longer than `answerTime` for it.
class PostgresDaemon {
public:
    PostgresDaemon() : PostgresDaemon("database.migrateOnStart", "true") {}

    /// With one property beside the usual ones.
    PostgresDaemon(const std::string& key, const std::string& value) {
        auto properties = postgresProperties(server_.port(), server_.createDatabase());
        properties["database.migrateOnStart"] = "true";
        properties[key] = value;
        daemon_ = std::make_unique<Daemon>(DaemonOptions{properties});
        daemon_->waitForStatus("healthy");
        awaitSessions();
    }

    static constexpr std::chrono::seconds answerTime{3};

    int port() const noexcept { return daemon_->port(); }
    Daemon& daemon() noexcept { return *daemon_; }
    PostgresServer& server() noexcept { return server_; }

    /// Whether it serves as if nothing had happened, and ends well.
    void assertUnharmed() {
        server_.thaw();
        daemon_->waitForStatus("healthy");
        CPPUNIT_ASSERT_EQUAL(201, post(port(), "/issuance/credentials", issueBody("Grace")).status);
        CPPUNIT_ASSERT_EQUAL(0, daemon_->stop());
        CPPUNIT_ASSERT_EQUAL(std::string(), daemon_->errors());
    }

private:
    // The service is healthy with the first one, and opens the others one after the other.
    void awaitSessions() {
        CPPUNIT_ASSERT(eventually([this] {
            return server_.query("postgres", "SELECT count(*) FROM pg_stat_activity "
                                             "WHERE application_name = 'kube-credential'") == "8\n";
        }));
    }

    PostgresServer server_;
    std::unique_ptr<Daemon> daemon_;
};

/// A request that waits for the database; its answer is 404 once that comes.
inline std::string verifyRequest(const std::vector<std::string>& headers = {}) {
    std::vector<std::string> all{"Content-Type: application/json"};
    all.insert(all.end(), headers.begin(), headers.end());
    return requestBytes("POST", "/verification/credentials",
                        verifyBody("0190a5b0-0000-7000-8000-000000000001"), all);
}

/// A request for a credential, which waits for the database as well.
inline std::string issueRequest(const std::string& name,
                                const std::vector<std::string>& headers = {}) {
    std::vector<std::string> all{"Content-Type: application/json"};
    all.insert(all.end(), headers.begin(), headers.end());
    return requestBytes("POST", "/issuance/credentials", issueBody(name), all);
}

} // namespace kubecred::test
