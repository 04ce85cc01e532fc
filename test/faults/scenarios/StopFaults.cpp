#include "faults/FaultScenario.h"
#include "faults/NewClients.h"

#include <signal.h>

#include <thread>

namespace kubecred::test {

/// A worker is asked to end under load, and started again: nobody notices but by a closed port.
class StopFaults : public FaultScenario {
    CPPUNIT_TEST_SUITE(StopFaults);
    CPPUNIT_TEST(underLoadOnKeptConnections);
    CPPUNIT_TEST(underLoadOfNewConnections);
    CPPUNIT_TEST(aSecondSignalIsQuicker);
    CPPUNIT_TEST_SUITE_END();

public:
    // Clients keep their connections until an answer tells them to close.
    void underLoadOnKeptConnections() {
        Daemon& worker = startWorker({{"shutdown.graceSeconds", "1"}});
        const int times = rounds(2, 20);
        std::int64_t worst = 0;
        {
            Load load(*ledger_, {worker.port()}, clients_);
            for (int i = 0; i < times; ++i) {
                load.waitForIssued(load.issued() + 50);
                worker.process().signal(SIGTERM);
                worker.waitForStatus("draining");
                assertEnds(worker, mostStopMs);
                worst = std::max(worst, startAgain(worker));
            }
            load.waitForIssued(load.issued() + 50);
        }
        conclude("SIGTERM and a new start, " + std::to_string(times) + " times", worst);
    }

    // Others connect all the time, also in the last moment: the port's queue is never empty.
    void underLoadOfNewConnections() {
        Daemon& worker = startWorker({{"shutdown.graceSeconds", "0"}});
        const int times = rounds(2, 20);
        {
            Load load(*ledger_, {worker.port()}, clients_);
            NewClients others(worker.port(), 16);
            for (int i = 0; i < times; ++i) {
                load.waitForIssued(load.issued() + 20);
                others.waitForAnswers(others.answered() + 100);
                worker.process().signal(SIGTERM);
                assertEnds(worker, mostStopMs);
                startAgain(worker);
            }
            others.waitForAnswers(others.answered() + 100);
            others.stop();
            CPPUNIT_ASSERT_EQUAL(std::string(), others.failures());
        }
        conclude("SIGTERM while clients connect, " + std::to_string(times) + " times");
    }

    void aSecondSignalIsQuicker() {
        Daemon& worker = startWorker({{"shutdown.graceSeconds", "60"}});
        {
            Load load(*ledger_, {worker.port()}, clients_);
            load.waitForIssued(50);
            worker.process().signal(SIGTERM);
            worker.waitForStatus("draining");
            const auto health = request(worker.port(), "GET", "/health");
            CPPUNIT_ASSERT_EQUAL(503, health.status);
            CPPUNIT_ASSERT(health.has("retry-after"));
            load.waitForIssued(load.issued() + 50); // which it still serves
            worker.process().signal(SIGTERM);
            assertEnds(worker, mostStopMs);
        }
        conclude("SIGTERM, and another during the grace");
    }

private:
    // A second of grace, and a second for requests that are on their way over idle connections.
    static constexpr std::int64_t mostStopMs = 3000;

    static void assertEnds(Daemon& worker, std::int64_t most) {
        const auto ended = worker.process().wait(std::chrono::milliseconds(most * margin));
        CPPUNIT_ASSERT(ended.has_value());
        CPPUNIT_ASSERT_EQUAL(0, *ended);
        CPPUNIT_ASSERT(worker.log().find("still in flight") == std::string::npos);
    }

    // How long until it issues.
    std::int64_t startAgain(Daemon& worker) {
        const auto began = nowMs();
        worker.startAgain();
        recovery();
        return nowMs() - began;
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(StopFaults);

} // namespace kubecred::test
