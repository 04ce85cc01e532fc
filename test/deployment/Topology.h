#pragma once

#include "support/Certificates.h"
#include "support/Daemon.h"
#include "support/PostgresServer.h"
#include "support/Process.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

namespace kubecred::test {

/// Everything that runs in production, on loopback: a database over TLS with three users and a
/// standby that verification reads from, two processes of each service with the project's own
/// configuration, and a load balancer with TLS in front of them.
class Topology {
public:
    Topology();
    ~Topology();
    Topology(const Topology&) = delete;
    Topology& operator=(const Topology&) = delete;

    static constexpr const char* healthToken = "open-sesame";
    static constexpr int rows = 1000; ///< credentials there from the beginning

    /// Where clients come in: `https://localhost:PORT`.
    std::string url() const { return "https://localhost:" + std::to_string(httpsPort_); }
    std::string plainUrl() const { return "http://localhost:" + std::to_string(redirectPort_); }

    /// What curl makes of a path, with more arguments of its own: the body and, in a last line, the
    /// status.
    std::string curl(const std::string& path, const std::vector<std::string>& more = {}) const;

    /// Waits until the load balancer has found all four in order.
    void waitUntilBalanced() const;

    const std::string& issuingKey() const { return issuer_.key; }
    std::vector<std::unique_ptr<Daemon>>& services() { return services_; } ///< issuance's two first
    PostgresServer& standby() { return *standby_; }
    const std::string& database() const { return database_; } ///< its name

private:
    void migrate() const;
    void startService(const std::string& name, int port, int databasePort);
    void startBalancer();
    std::map<std::string, std::string> databaseEnvironment(const std::string& user, int port) const;

    const Certificates certificates_{"DNS:localhost"};
    const NewKey issuer_ = createKey("operator", "issue");
    PostgresServer primary_;
    const std::string database_ = primary_.createDatabase();
    std::unique_ptr<PostgresServer> standby_;
    std::vector<std::unique_ptr<Daemon>> services_;
    TemporaryDirectory directory_;
    const int httpPort_ = freePort();
    const int httpsPort_ = freePort();
    const int redirectPort_ = freePort();
    std::unique_ptr<Process> balancer_;
};

} // namespace kubecred::test
