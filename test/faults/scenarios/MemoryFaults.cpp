#include "faults/Crowd.h"
#include "faults/FaultScenario.h"
#include "faults/Requests.h"
#include "support/ControlGroup.h"
#include "support/Eventually.h"
#include "support/ProcessStatus.h"
#include "support/RawConnection.h"

#include <functional>
#include <thread>

namespace kubecred::test {
namespace {

using std::chrono::seconds;

std::string verification(const std::string& id) {
    return requestBytes("POST", "/verification/credentials", R"({"id":")" + id + R"("})",
                        {"Content-Type: application/json"});
}

std::string issuance(const std::string& name, std::size_t metadata) {
    return R"({"name":")" + name +
           R"(","email":"one@example.org","credentialType":"degree","metadata":{"text":")" +
           std::string(metadata, 'x') + "\"}}";
}

constexpr std::size_t large = 100000; // of what one request may hold

} // namespace

/// A worker with 512 MB, as the default task has them, and clients that make it hold as much as
/// they can: it stays below, goes on serving others, and gives back what it took.
class MemoryFaults : public FaultScenario {
    CPPUNIT_TEST_SUITE(MemoryFaults);
    CPPUNIT_TEST(hugeAnswersThatNobodyReads);
    CPPUNIT_TEST(manyAnswersThatNobodyReads);
    CPPUNIT_TEST(bodiesThatNeverEnd);
    CPPUNIT_TEST(headersThatNeverEnd);
    CPPUNIT_TEST(requestsThatWaitForTheDatabase);
    CPPUNIT_TEST_SUITE_END();

public:
    void tearDown() override {
        FaultScenario::tearDown();
        machine_.reset(); // once nothing runs on it
    }

    void hugeAnswersThatNobodyReads() {
        startSmallWorker();
        const std::string id = insertHugeCredential();
        crowdOf(rounds(150, 600), "huge answers that nobody reads", [&](Crowd& crowd) {
            crowd.send(verification(id));
            std::this_thread::sleep_for(seconds(rounds(2, 12)));
        });
        const auto answer = verifyOne(port(), id);
        CPPUNIT_ASSERT_EQUAL(200, answer.status);
        CPPUNIT_ASSERT(answer.body.size() > 5'000'000);
    }

    void manyAnswersThatNobodyReads() {
        startSmallWorker();
        const auto issued = post(port(), "/issuance/credentials", issuance("Large", large));
        CPPUNIT_ASSERT_EQUAL(201, issued.status);
        crowdOf(rounds(3000, 6000), "answers of 100 KB that nobody reads", [&](Crowd& crowd) {
            crowd.send(verification(issued.text("credential.id")));
            std::this_thread::sleep_for(seconds(rounds(2, 12)));
        });
    }

    void bodiesThatNeverEnd() {
        startSmallWorker();
        const std::string body = issuance("Endless", large);
        const auto whole =
            requestBytes("POST", "/issuance/credentials", body, {"Content-Type: application/json"});
        crowdOf(rounds(4000, 8000), "bodies that never end", [&](Crowd& crowd) {
            crowd.send(whole.substr(0, whole.size() - 10));
            std::this_thread::sleep_for(seconds(rounds(2, 12)));
        });
    }

    void headersThatNeverEnd() {
        startSmallWorker();
        crowdOf(rounds(4000, 9000), "headers that never end", [&](Crowd& crowd) {
            crowd.send("GET /health HTTP/1.1\r\nHost: a\r\nX: " + std::string(15000, 'x'));
            std::this_thread::sleep_for(seconds(rounds(2, 12)));
        });
    }

    void requestsThatWaitForTheDatabase() {
        startSmallWorker();
        server_->freeze();
        crowdOf(rounds(1000, 6000), "bodies that wait for a frozen database", [&](Crowd& crowd) {
            crowd.send(requestBytes("POST", "/issuance/credentials", issuance("Waits", large),
                                    {"Content-Type: application/json"}));
            std::this_thread::sleep_for(seconds(3));
        });
        server_->thaw();
        workers_.back()->waitForStatus("healthy");
    }

private:
    static constexpr std::size_t megabytes = 512;
    static constexpr long mostAtRest = 120 * 1024; // kilobytes

    void startSmallWorker() {
        machine_ = std::make_unique<ControlGroup>(megabytes, 2);
        properties_["http.maxConnections"] = "12000";
        workers_.push_back(
            std::make_unique<Daemon>(DaemonOptions{properties_, {}, {}, machine_->launcher()}));
        workers_.back()->waitForStatus("healthy");
    }

    int port() const { return workers_.back()->port(); }

    // As issuance took it before it bounded what metadata becomes.
    std::string insertHugeCredential() const {
        query("INSERT INTO credentials (id, name, email, credential_type, metadata, issued_by) "
              "SELECT gen_random_uuid(), 'Huge', 'one@example.org', 'degree', "
              "jsonb_build_object('a', jsonb_agg('1e308'::jsonb)), 'earlier' "
              "FROM generate_series(1, 17000)");
        const auto id = query("SELECT id FROM credentials");
        return id.substr(0, id.find('\n'));
    }

    // While the crowd does its worst others are served, the machine's memory suffices, and what was
    // taken is given back once the crowd is gone.
    void crowdOf(int count, const std::string& what, const std::function<void(Crowd&)>& worst) {
        HealthWatch health(port());
        {
            Crowd crowd(port(), affordable(2 * count) / 2, 4096);
            worst(crowd);
            CPPUNIT_ASSERT(workers_.back()->process().running());
            CPPUNIT_ASSERT_EQUAL(200, request(port(), "GET", "/health").status);
        }
        health.stop();
        CPPUNIT_ASSERT_EQUAL(0, health.failures());
        const auto peak = machine_->peakBytes() >> 20;
        const auto process = workers_.back()->process().id();
        const auto peakResident = peakKilobytes(process) >> 10;
        report(std::to_string(count) + " clients, " + what + ", 512 MB: at most " +
                   std::to_string(peakResident) + " MB resident",
               {}, -1, health.worstMs());
        CPPUNIT_ASSERT_MESSAGE(std::to_string(peak) + " MB", peak < megabytes);
        CPPUNIT_ASSERT_MESSAGE(std::to_string(peakResident) + " MB", peakResident < 450);
        CPPUNIT_ASSERT_MESSAGE(
            std::to_string(residentKilobytes(process)) + " kB are kept",
            eventually([&] { return residentKilobytes(process) < mostAtRest; }, seconds(15)));
    }

    std::unique_ptr<ControlGroup> machine_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(MemoryFaults);

} // namespace kubecred::test
