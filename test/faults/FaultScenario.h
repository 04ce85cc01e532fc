#pragma once

#include "Audit.h"
#include "HealthWatch.h"
#include "Ledger.h"
#include "Load.h"
#include "Report.h"
#include "support/Daemon.h"
#include "support/PostgresServer.h"
#include "support/TemporaryDirectory.h"

#include <cppunit/extensions/HelperMacros.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace kubecred::test {

/// One fault, proven: a database with workers on it under load, the fault, its end, and the audit
/// of what was promised. Each test has a server, workers and a ledger of its own.
class FaultScenario : public CppUnit::TestFixture {
public:
    void setUp() override;
    void tearDown() override;

protected:
    /// Limits are asserted with this margin, since machines are noisy; invariants have none.
    static constexpr int margin = 5;
    static constexpr std::int64_t mostAnswerMs = 2000;
    static constexpr std::int64_t mostRecoveryMs = 2000;
    static constexpr std::int64_t mostHealthMs = 100;

    /// Starts another worker on the database; more properties over the usual ones.
    Daemon& startWorker(const std::map<std::string, std::string>& more = {});

    /// Puts load on every worker, lets `fault` do its worst, and waits until every worker issues
    /// again: the time from the end of `fault` until then is the recovery. `fault` returns once the
    /// fault is over.
    void underLoad(const std::string& name, const std::function<void(Load&)>& fault);

    /// Audits and reports; asserts the invariants, and the limits with their margin.
    void conclude(const std::string& name, std::int64_t recoveryMs = -1,
                  std::int64_t worstHealthMs = -1);

    std::string query(const std::string& sql) const { return server_->query(database_, sql); }

    /// How many milliseconds until a new credential is issued by each worker.
    std::int64_t recovery();

    /// Open descriptors and threads of the workers together: now, and once they are at rest.
    int resources() const;
    int baseline() const;

    int clients_ = 8;
    Tolerance tolerance_;
    TemporaryDirectory directory_;
    std::unique_ptr<PostgresServer> server_;
    std::string database_;
    std::map<std::string, std::string> properties_;
    std::vector<std::unique_ptr<Daemon>> workers_;
    std::unique_ptr<Ledger> ledger_;

private:
    std::vector<int> ports() const;
    std::vector<std::string> logs() const;

    int recoveries_ = 0;
};

} // namespace kubecred::test
