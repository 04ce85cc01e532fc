#include "faults/Crowd.h"
#include "faults/FaultScenario.h"
#include "support/ProcessStatus.h"

#include <thread>

namespace kubecred::test {

/// The attacks of slowhttptest, on a worker that gives a request two seconds.
class SlowClientFaults : public FaultScenario {
    CPPUNIT_TEST_SUITE(SlowClientFaults);
    CPPUNIT_TEST(headers);
    CPPUNIT_TEST(bodies);
    CPPUNIT_TEST(readers);
    CPPUNIT_TEST_SUITE_END();

public:
    void headers() { attack("send their header slowly", {"-H", "-u", "/health"}); }

    void bodies() {
        attack("send their body slowly",
               {"-B", "-t", "POST", "-f", "application/json", "-u", "/issuance/credentials"});
    }

    void readers() {
        attack("read their answers slowly",
               {"-X", "-k", "10", "-w", "1", "-y", "512", "-z", "5", "-u", "/health"});
    }

private:
    void attack(const std::string& what, const std::vector<std::string>& options) {
        Daemon& worker =
            startWorker({{"http.requestTimeoutSeconds", "2"}, {"http.idleTimeoutSeconds", "2"}});
        const auto clients = std::to_string(rounds(500, 1000));
        underLoad(clients + " clients " + what + " (slowhttptest)", [&](Load& load) {
            const int threads = threadsOf(worker.process().id());
            const auto before = throughput(load);
            const auto open = resources();
            const Process tool(command(worker.port(), clients, options), {});
            waitUntil("slowhttptest does not run", 10000, [&] { return resources() > open + 200; });
            assertThroughput(load, before, margin);
            CPPUNIT_ASSERT_EQUAL(threads, threadsOf(worker.process().id()));
            waitUntil("slow clients are not cut off", mostCutMs * margin,
                      [&] { return resources() < open + 20; });
        });
    }

    static void waitUntil(const std::string& otherwise, std::int64_t most,
                          const std::function<bool()>& condition) {
        const auto end = nowMs() + most;
        while (!condition()) {
            CPPUNIT_ASSERT_MESSAGE(otherwise, nowMs() < end);
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
        }
    }

    static std::vector<std::string> command(int port, const std::string& clients,
                                            const std::vector<std::string>& options) {
        std::vector<std::string> command{"slowhttptest", "-c", clients, "-r",  clients, "-i", "1",
                                         "-n",           "1",  "-l",    "120", "-p",    "5"};
        command.insert(command.end(), options.begin(), options.end());
        command.back() = "http://127.0.0.1:" + std::to_string(port) + command.back();
        return command;
    }

    // A second to connect, two for the deadline, a quarter to notice, two to linger.
    static constexpr std::int64_t mostCutMs = 5250;
};

CPPUNIT_TEST_SUITE_REGISTRATION(SlowClientFaults);

} // namespace kubecred::test
