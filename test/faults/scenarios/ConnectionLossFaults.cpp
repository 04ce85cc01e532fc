#include "faults/ProxiedScenario.h"

#include <thread>

namespace kubecred::test {

/// The database is well, but the connections to it are not.
class ConnectionLossFaults : public ProxiedScenario {
    CPPUNIT_TEST_SUITE(ConnectionLossFaults);
    CPPUNIT_TEST(sessionsEnded);
    CPPUNIT_TEST(networkSilent);
    CPPUNIT_TEST_SUITE_END();

public:
    void sessionsEnded() {
        const int times = rounds(10, 100);
        underLoad("all database sessions ended, " + std::to_string(times) + " times",
                  [&](Load& load) {
                      for (int i = 0; i < times; ++i) {
                          query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                                "WHERE application_name = 'kube-credential'");
                          load.waitForIssued(load.issued() + 20);
                      }
                  });
    }

    // No end, no error, no answer: only time tells.
    void networkSilent() {
        underLoad("network to the database silent", [&](Load&) {
            proxy_->become(TcpProxy::Mode::silent);
            for (const auto& worker : workers_)
                worker->waitForStatus("degraded", std::chrono::milliseconds(3000 * margin));
            std::this_thread::sleep_for(std::chrono::seconds(rounds(1, 30)));
            proxy_->become(TcpProxy::Mode::pass);
        });
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(ConnectionLossFaults);

} // namespace kubecred::test
