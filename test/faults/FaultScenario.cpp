#include "FaultScenario.h"

#include "Requests.h"
#include "support/ProcessStatus.h"

#include <thread>
#include <utility>

namespace kubecred::test {
namespace {

std::string textOf(const std::vector<std::string>& lines) {
    std::string text;
    for (const auto& line : lines)
        text += line + "\n";
    return text;
}

} // namespace

void FaultScenario::setUp() {
    server_ = std::make_unique<PostgresServer>();
    database_ = server_->createDatabase();
    properties_ = postgresProperties(server_->port(), database_);
    CPPUNIT_ASSERT_EQUAL(0, runProgram(properties_, {"--migrate"}).status);
    ledger_ = std::make_unique<Ledger>(directory_.path() / "ledger");
}

void FaultScenario::tearDown() {
    workers_.clear();
    ledger_.reset();
    server_.reset();
}

Daemon& FaultScenario::startWorker(const std::map<std::string, std::string>& more) {
    auto properties = properties_;
    properties["worker.id"] = "worker-" + std::to_string(workers_.size() + 1);
    for (const auto& [key, value] : more)
        properties[key] = value;
    workers_.push_back(std::make_unique<Daemon>(DaemonOptions{properties}));
    workers_.back()->waitForStatus("healthy");
    return *workers_.back();
}

void FaultScenario::underLoad(const std::string& name, const std::function<void(Load&)>& fault) {
    const auto before = baseline();
    HealthWatch health(workers_.front()->port());
    std::int64_t recovered = 0;
    {
        Load load(*ledger_, ports(), clients_);
        load.waitForIssued(50);
        fault(load);
        recovered = recovery();
        load.waitForIssued(load.issued() + 20);
    }
    health.stop();
    CPPUNIT_ASSERT_EQUAL(0, health.failures());
    conclude(name, recovered, health.worstMs());
    // The connections of the load are closed by now, or about to be.
    for (int attempt = 0; resources() > before + 2 && attempt < 100; ++attempt)
        std::this_thread::sleep_for(std::chrono::milliseconds(50));
    CPPUNIT_ASSERT_MESSAGE("descriptors or threads were left over: " + std::to_string(before) +
                               ", then " + std::to_string(resources()),
                           resources() <= before + 2);
}

void FaultScenario::conclude(const std::string& name, std::int64_t recoveryMs,
                             std::int64_t worstHealthMs) {
    const auto result = audit(
        ledger_->read(), [this](const std::string& sql) { return query(sql); }, logs(), tolerance_);
    report(name, result, recoveryMs, worstHealthMs);
    CPPUNIT_ASSERT_EQUAL(std::string(), textOf(result.violations));
    CPPUNIT_ASSERT(result.worstAnswerMs <= mostAnswerMs * margin);
    CPPUNIT_ASSERT(recoveryMs <= mostRecoveryMs * margin);
    CPPUNIT_ASSERT(worstHealthMs <= mostHealthMs * margin);
}

std::int64_t FaultScenario::recovery() {
    const auto began = nowMs();
    for (const auto& worker : workers_) {
        const std::string name = "Recovery " + std::to_string(++recoveries_);
        while (issueOne(worker->port(), name).status == 503) {
            CPPUNIT_ASSERT_MESSAGE("no recovery", nowMs() - began < 30000);
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
    }
    return nowMs() - began;
}

// Every session of every pool is open once nothing changes any more, also not with the next look at
// the sessions, a second later.
int FaultScenario::baseline() const {
    auto before = resources();
    for (int quiet = 0; quiet < 12; ++quiet) {
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
        if (std::exchange(before, resources()) != before)
            quiet = 0;
    }
    return before;
}

int FaultScenario::resources() const {
    int count = 0;
    for (const auto& worker : workers_) {
        const auto process = worker->process().id();
        count += openFilesOf(process) + threadsOf(process);
    }
    return count;
}

std::vector<int> FaultScenario::ports() const {
    std::vector<int> ports;
    for (const auto& worker : workers_)
        ports.push_back(worker->port());
    return ports;
}

std::vector<std::string> FaultScenario::logs() const {
    std::vector<std::string> logs;
    for (const auto& worker : workers_)
        logs.push_back(worker->log());
    return logs;
}

} // namespace kubecred::test
