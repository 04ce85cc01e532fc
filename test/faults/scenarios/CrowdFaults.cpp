#include "faults/Crowd.h"
#include "faults/FaultScenario.h"
#include "support/ProcessStatus.h"

#include <memory>
#include <thread>
#include <vector>

namespace kubecred::test {

/// More connections than anybody needs, most of them idle or slow.
class CrowdFaults : public FaultScenario {
    CPPUNIT_TEST_SUITE(CrowdFaults);
    CPPUNIT_TEST(idleAndSlowOnes);
    CPPUNIT_TEST(oneTooMany);
    CPPUNIT_TEST(idleForTooLong);
    CPPUNIT_TEST_SUITE_END();

public:
    void idleAndSlowOnes() {
        Daemon& worker = startWorker({{"http.maxConnections", "19000"}});
        const int slow = rounds(200, 1000);
        const int idle = affordable(rounds(2000, 10000) + 2 * slow) - 2 * slow;
        const auto name = std::to_string(idle) + " idle connections, " + std::to_string(slow) +
                          " slow senders, as many who do not read";
        underLoad(name, [&](Load& load) {
            const int threads = threadsOf(worker.process().id());
            const auto before = throughput(load);
            const Crowd idlers(worker.port(), idle);
            Crowd senders(worker.port(), slow);
            Crowd readers(worker.port(), slow, 4096);
            senders.send("POST /issuance/credentials HTTP/1.1\r\nX-Slow: ");
            readers.send(requests(10));
            Crowd greedy(worker.port(), 10, 4096);
            greedy.send(requests(500)); // more than the kernel keeps for them
            std::thread drip([&] {
                for (int i = 0; i < rounds(3, 40); ++i) {
                    senders.send("a");
                    std::this_thread::sleep_for(std::chrono::milliseconds(250));
                }
            });
            assertThroughput(load, before, margin);
            drip.join();
            CPPUNIT_ASSERT_EQUAL(idle, idlers.open());
            CPPUNIT_ASSERT_EQUAL(threads, threadsOf(worker.process().id()));
            assertAtMost(100 * 1024, residentKilobytes(worker.process().id()));
        });
    }

    void oneTooMany() {
        constexpr int most = 100;
        Daemon& worker = startWorker({{"http.maxConnections", std::to_string(most)}});
        const Crowd crowd(worker.port(), most - 1);
        auto last = connectOnceThereIsRoom(worker.port());
        AuditResult result;
        for (int i = 0; i < rounds(20, 200); ++i) {
            const auto began = nowMs();
            const auto refused = request(worker.port(), "GET", "/health");
            CPPUNIT_ASSERT_EQUAL(503, refused.status);
            CPPUNIT_ASSERT(refused.has("retry-after"));
            result.worstAnswerMs = std::max(result.worstAnswerMs, nowMs() - began);
            ++result.refused;
        }
        last.reset();
        const auto began = nowMs();
        while (request(worker.port(), "GET", "/health").status != 200)
            CPPUNIT_ASSERT(nowMs() - began < mostRecoveryMs * margin);
        const auto recovered = nowMs() - began;
        result.sent = result.refused + 1;
        report("one connection more than http.maxConnections, then one less", result, recovered,
               -1);
        CPPUNIT_ASSERT(result.worstAnswerMs <= mostHealthMs * margin);
    }

    void idleForTooLong() {
        Daemon& worker = startWorker({{"http.idleTimeoutSeconds", "1"}});
        underLoad("500 connections idle for longer than http.idleTimeoutSeconds", [&](Load&) {
            std::vector<std::unique_ptr<Crowd>> crowds;
            for (const char* begun : {"", "\r", "\r\n", "\r\n\r"}) {
                crowds.push_back(std::make_unique<Crowd>(worker.port(), 125));
                crowds.back()->send(begun); // a line that may come before a request
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(500));
            for (const auto& crowd : crowds)
                CPPUNIT_ASSERT_EQUAL(125, crowd->open());
            for (const auto& crowd : crowds)
                CPPUNIT_ASSERT(crowd->isGoneWithin(std::chrono::seconds(1) * margin));
        });
    }

private:
    // Those that asked whether it had started may not be gone yet.
    static std::unique_ptr<RawConnection> connectOnceThereIsRoom(int port) {
        for (int attempt = 0; attempt < 100; ++attempt) {
            auto connection = std::make_unique<RawConnection>(port);
            connection->send(requestBytes("GET", "/health"));
            if (connection->receive().status == 200)
                return connection;
            std::this_thread::sleep_for(std::chrono::milliseconds(50));
        }
        throw std::runtime_error("there is no room for a connection");
    }

    static std::string requests(int count) {
        std::string bytes;
        for (int i = 0; i < count; ++i)
            bytes += requestBytes("GET", "/health");
        return bytes;
    }

    static void assertAtMost(long most, long kilobytes) {
        CPPUNIT_ASSERT_MESSAGE(std::to_string(kilobytes) + " kB", kilobytes <= most);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(CrowdFaults);

} // namespace kubecred::test
