#include "faults/FaultScenario.h"

#include <signal.h>

#include <thread>

namespace kubecred::test {

/// A worker is killed under load, without a chance to say goodbye; the other one goes on.
class WorkerLossFaults : public FaultScenario {
    CPPUNIT_TEST_SUITE(WorkerLossFaults);
    CPPUNIT_TEST(killed);
    CPPUNIT_TEST_SUITE_END();

public:
    void killed() {
        startWorker();
        Daemon& victim = startWorker();
        tolerance_ = {.lostReplies = true, .lostLogLines = true};
        const int times = rounds(3, 20);
        underLoad("one of two workers killed, " + std::to_string(times) + " times",
                  [&](Load& load) {
                      for (int i = 0; i < times; ++i) {
                          victim.process().signal(SIGKILL);
                          victim.process().wait();
                          load.waitForIssued(load.issued() + 20);
                          victim.startAgain();
                          load.waitForIssued(load.issued() + 20);
                      }
                  });
        assertOnlyTheVictimLost(victim.port());
    }

private:
    // Whoever asked the other worker got its answer, and none of them was refused.
    void assertOnlyTheVictimLost(int port) {
        for (const auto& entry : ledger_->read())
            CPPUNIT_ASSERT(entry.port == port || (entry.status != 0 && entry.status != 503));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(WorkerLossFaults);

} // namespace kubecred::test
