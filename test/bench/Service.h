#pragma once

#include "Tools.h"
#include "support/Daemon.h"
#include "support/PostgresServer.h"

#include <functional>
#include <map>
#include <string>

namespace kubecred::bench {

/// A daemon under measurement, over a database that holds credentials already: `Person N` of twelve
/// digits, `bench@example.org`, `degree`, with ids that end in N, from 1 to `rows`.
class Service {
public:
    /// `count` tells how many credentials the database holds now.
    Service(const test::DaemonOptions& options, long rows, std::function<long()> count);

    // Each throws where not everything went as it was meant to: all that was issued is recorded,
    // all that was verified was genuine.

    Run issue(int connections, int seconds);
    Run duplicate(int connections, int seconds);
    Run verify(int connections, int seconds);
    Run mix(int connections, int seconds);
    Run health(int connections, int seconds);

    test::Daemon& daemon() noexcept { return daemon_; }

private:
    Run accepted(const std::string& mode, int connections, int seconds);
    long figure(const std::string& metric) const;
    Counted measure(const std::string& mode, int connections, int seconds);

    test::Daemon daemon_;
    const long rows_;
    const std::function<long()> count_;
    int runs_ = 0;
};

/// Makes the table, and those rows.
void load(const std::map<std::string, std::string>& properties, test::PostgresServer& server,
          const std::string& database, long rows);

} // namespace kubecred::bench
