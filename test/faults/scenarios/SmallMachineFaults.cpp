#include "faults/FaultScenario.h"
#include "support/ControlGroup.h"
#include "support/Eventually.h"
#include "support/RawConnection.h"

#include <thread>

namespace kubecred::test {

/// The smallest machine that Fargate has: 512 MB and a quarter of a core.
class SmallMachineFaults : public FaultScenario {
    CPPUNIT_TEST_SUITE(SmallMachineFaults);
    CPPUNIT_TEST(serves);
    CPPUNIT_TEST_SUITE_END();

public:
    void tearDown() override {
        FaultScenario::tearDown();
        machine_.reset(); // once nothing runs on it
    }

    void serves() {
        machine_ = std::make_unique<ControlGroup>(512, 0.25);
        workers_.push_back(
            std::make_unique<Daemon>(DaemonOptions{properties_, {}, {}, machine_->launcher()}));
        workers_.back()->waitForStatus("healthy");
        clients_ = 32;
        const int seconds = rounds(2, 60);
        underLoad("512 MB and a quarter of a core, for " + std::to_string(seconds) + " s",
                  [&](Load& load) {
                      exhaust();
                      std::this_thread::sleep_for(std::chrono::seconds(seconds));
                      load.waitForIssued(load.issued() + 100);
                  });
        const auto peak = machine_->peakBytes() >> 20;
        CPPUNIT_ASSERT_MESSAGE(std::to_string(peak) + " MB", peak > 0 && peak < 400);
        for (const auto& entry : ledger_->read())
            CPPUNIT_ASSERT(entry.status != 503);
    }

private:
    // The load alone may be too slow to use up a quarter of a core, where the machine has others to
    // serve: requests that cost their sender nothing to make do it anywhere.
    void exhaust() {
        std::string requests;
        for (int i = 1; i < 2000; ++i)
            requests += requestBytes("GET", "/health");
        requests += requestBytes("GET", "/health", {}, {"Connection: close"});
        const auto before = machine_->timesThrottled();
        const auto isThrottled = [&] {
            RawConnection connection(workers_.back()->port());
            connection.send(requests);
            connection.receiveUntilClosed();
            return machine_->timesThrottled() > before;
        };
        CPPUNIT_ASSERT(eventually(isThrottled, std::chrono::seconds(30)));
    }

    std::unique_ptr<ControlGroup> machine_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(SmallMachineFaults);

} // namespace kubecred::test
