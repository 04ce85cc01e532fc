#include "FaultScenario.h"
#include "support/ControlGroup.h"

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
                      const auto before = machine_->timesThrottled();
                      std::this_thread::sleep_for(std::chrono::seconds(seconds));
                      load.waitForIssued(load.issued() + 100);
                      CPPUNIT_ASSERT(machine_->timesThrottled() > before);
                  });
        const auto peak = machine_->peakBytes() >> 20;
        CPPUNIT_ASSERT_MESSAGE(std::to_string(peak) + " MB", peak > 0 && peak < 400);
        for (const auto& entry : ledger_->read())
            CPPUNIT_ASSERT(entry.status != 503);
    }

private:
    std::unique_ptr<ControlGroup> machine_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(SmallMachineFaults);

} // namespace kubecred::test
