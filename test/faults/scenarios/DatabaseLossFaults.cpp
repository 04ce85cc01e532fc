#include "faults/FaultScenario.h"

#include <thread>

namespace kubecred::test {

/// The database goes away under load, one way or another, and comes back.
class DatabaseLossFaults : public FaultScenario {
    CPPUNIT_TEST_SUITE(DatabaseLossFaults);
    CPPUNIT_TEST(killed);
    CPPUNIT_TEST(restarted);
    CPPUNIT_TEST(frozen);
    CPPUNIT_TEST_SUITE_END();

public:
    void setUp() override {
        FaultScenario::setUp();
        startWorker();
        startWorker();
    }

    void killed() {
        const int times = rounds(2, 10);
        underLoad("postmaster killed, " + std::to_string(times) + " times", [&](Load& load) {
            for (int i = 0; i < times; ++i) {
                server_->kill();
                std::this_thread::sleep_for(std::chrono::milliseconds(200));
                server_->start();
                load.waitForIssued(load.issued() + 20);
            }
        });
    }

    void restarted() {
        underLoad("PostgreSQL restarted", [&](Load&) {
            server_->stop();
            std::this_thread::sleep_for(std::chrono::seconds(rounds(1, 10)));
            server_->start();
        });
    }

    void frozen() {
        underLoad("PostgreSQL frozen (SIGSTOP)", [&](Load&) {
            server_->freeze();
            std::this_thread::sleep_for(std::chrono::seconds(rounds(4, 20)));
            server_->thaw();
        });
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(DatabaseLossFaults);

} // namespace kubecred::test
