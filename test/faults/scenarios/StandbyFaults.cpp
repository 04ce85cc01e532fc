#include "faults/ProxiedScenario.h"

#include <algorithm>
#include <thread>

namespace kubecred::test {

/// A primary with a synchronous standby; the service reaches whichever is the primary through a
/// proxy, as it would through a name in DNS.
class StandbyFaults : public ProxiedScenario {
    CPPUNIT_TEST_SUITE(StandbyFaults);
    CPPUNIT_TEST(primaryKilled);
    CPPUNIT_TEST(primaryCutOff);
    CPPUNIT_TEST(standbyAway);
    CPPUNIT_TEST(standbyAwayThenPromoted);
    CPPUNIT_TEST_SUITE_END();

public:
    void setUp() override {
        ProxiedScenario::setUp();
        standby_ = server_->addStandby();
    }

    void tearDown() override {
        workers_.clear();
        standby_.reset();
        ProxiedScenario::tearDown();
    }

    void primaryKilled() {
        const int times = rounds(1, 5);
        const std::string name = "primary killed, synchronous standby promoted";
        underLoad(times == 1 ? name : name + ", " + std::to_string(times) + " times",
                  [&](Load& load) {
                      for (int i = 0; i < times; ++i) {
                          if (!standby_)
                              standby_ = server_->addStandby();
                          load.waitForIssued(load.issued() + 20);
                          server_->kill();
                          failOver();
                      }
                  });
    }

    // The old primary goes on, but nobody speaks to it any more, not even the standby.
    void primaryCutOff() {
        std::unique_ptr<PostgresServer> old;
        underLoad("primary cut off, synchronous standby promoted", [&](Load&) {
            server_->freeze();
            old = failOver();
        });
    }

    // Commits hang, and PostgreSQL ends no session over that whose client has left: such sessions
    // must not take every connection that there is.
    void standbyAway() {
        int most = 0;
        underLoad("synchronous standby away", [&](Load&) {
            standby_->stop();
            for (int i = 0; i < rounds(3, 60); ++i) {
                std::this_thread::sleep_for(std::chrono::seconds(1));
                most = std::max(most, sessions());
            }
            standby_->start();
        });
        CPPUNIT_ASSERT_MESSAGE(std::to_string(most) + " sessions", most <= 40);
    }

    // What the primary has alone is not acknowledged, not even to those who ask again.
    void standbyAwayThenPromoted() {
        underLoad("synchronous standby away, sessions ended, primary killed, standby promoted",
                  [&](Load&) {
                      standby_->stop();
                      std::this_thread::sleep_for(std::chrono::milliseconds(300));
                      query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                            "WHERE application_name = 'kube-credential'");
                      std::this_thread::sleep_for(std::chrono::seconds(rounds(1, 10)));
                      server_->kill();
                      standby_->start();
                      failOver();
                  });
    }

private:
    int sessions() const {
        return std::stoi(query("SELECT count(*) FROM pg_stat_activity WHERE usename = 'service'"));
    }

    // Returns the old primary.
    std::unique_ptr<PostgresServer> failOver() {
        standby_->promote();
        proxy_->redirect(standby_->port());
        std::swap(server_, standby_);
        return std::move(standby_);
    }

    std::unique_ptr<PostgresServer> standby_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(StandbyFaults);

} // namespace kubecred::test
