#include "faults/FaultScenario.h"
#include "support/ProcessStatus.h"
#include "support/RawConnection.h"

#include <algorithm>
#include <thread>

namespace kubecred::test {

/// A worker that starts without a database, and is asked all the time until there is one.
class OutageFaults : public FaultScenario {
    CPPUNIT_TEST_SUITE(OutageFaults);
    CPPUNIT_TEST(startedWithoutDatabase);
    CPPUNIT_TEST_SUITE_END();

public:
    void startedWithoutDatabase() {
        const auto length = rounds(5, 600);
        server_->stop();
        properties_["health.token"] = token;
        workers_.push_back(std::make_unique<Daemon>(DaemonOptions{properties_}));
        workers_.back()->waitForStatus("degraded");
        HealthWatch health(workers_.back()->port());
        std::int64_t recovered = 0;
        {
            Load load(*ledger_, {workers_.back()->port()}, 4, std::chrono::milliseconds(20));
            holdOut(std::chrono::seconds(length));
            server_->start();
            recovered = recovery();
            load.waitForIssued(20);
        }
        health.stop();
        CPPUNIT_ASSERT_EQUAL(0, health.failures());
        conclude("started without database, " + std::to_string(length) + " s later there is one",
                 recovered, health.worstMs());
        CPPUNIT_ASSERT_EQUAL(std::string("up"), details().text("dependencies.database.state"));
    }

private:
    static constexpr const char* token = "a-token-for-the-details";

    // Nothing grows, and every answer is quick.
    void holdOut(std::chrono::seconds length) {
        const auto began = nowMs();
        std::this_thread::sleep_for(length / 4);
        const auto openBefore = resources();
        const auto memoryBefore = residentKilobytes(workers_.back()->process().id());
        const auto since = assertDetails();
        std::this_thread::sleep_for(length - length / 4);
        CPPUNIT_ASSERT_MESSAGE("the worker ended: " + workers_.back()->errors(),
                               workers_.back()->process().running());
        CPPUNIT_ASSERT_EQUAL(since, assertDetails());
        const auto memory = residentKilobytes(workers_.back()->process().id());
        CPPUNIT_ASSERT_MESSAGE("resident: " + std::to_string(memoryBefore) + " kB, then " +
                                   std::to_string(memory) + " kB",
                               memory <= memoryBefore + 5 * 1024);
        CPPUNIT_ASSERT(resources() <= openBefore + 2);
        const auto ended = nowMs();
        int refused = 0;
        std::int64_t slowest = 0;
        for (const auto& entry : ledger_->read()) {
            if (!entry.sent || entry.answeredAt == 0 || entry.answeredAt > ended)
                continue;
            CPPUNIT_ASSERT_EQUAL(503, entry.status);
            CPPUNIT_ASSERT(entry.hasRetryAfter);
            slowest = std::max(slowest, entry.answeredAt - entry.sentAt);
            ++refused;
        }
        CPPUNIT_ASSERT_MESSAGE(std::to_string(slowest) + " ms for one answer",
                               slowest <= 50 * margin);
        CPPUNIT_ASSERT(refused > (ended - began) / 1000);
    }

    HttpAnswer details() const {
        return request(workers_.back()->port(), "GET", "/health/details", {},
                       {std::string("Authorization: Bearer ") + token});
    }

    // Returns since when the database is down.
    std::string assertDetails() const {
        const auto answer = details();
        CPPUNIT_ASSERT_EQUAL(200, answer.status);
        CPPUNIT_ASSERT_EQUAL(std::string("down"), answer.text("dependencies.database.state"));
        CPPUNIT_ASSERT_EQUAL(std::string("unreachable"),
                             answer.text("dependencies.database.lastError"));
        return answer.text("dependencies.database.since");
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(OutageFaults);

} // namespace kubecred::test
