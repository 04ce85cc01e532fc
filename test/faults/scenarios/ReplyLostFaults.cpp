#include "faults/ProxiedScenario.h"

#include <thread>

namespace kubecred::test {

/// The database does what it was asked, but its answer never arrives.
class ReplyLostFaults : public ProxiedScenario {
    CPPUNIT_TEST_SUITE(ReplyLostFaults);
    CPPUNIT_TEST(repliesToCommitsLost);
    CPPUNIT_TEST(repliesLost);
    CPPUNIT_TEST(repliesLate);
    CPPUNIT_TEST(connectionsCut);
    CPPUNIT_TEST_SUITE_END();

public:
    // Those who wrote are told so: another session finds what the lost one has done.
    void repliesToCommitsLost() {
        underLoad("replies to 1 commit in 5 lost",
                  [&](Load&) { loseReplies(5, "insert", rounds(30, 500)); });
    }

    void repliesLost() {
        underLoad("replies to 1 message in 20 lost",
                  [&](Load&) { loseReplies(20, "", rounds(30, 500)); });
    }

    void repliesLate() {
        underLoad("database's replies held back", [&](Load&) {
            proxy_->become(TcpProxy::Mode::mute);
            std::this_thread::sleep_for(std::chrono::seconds(rounds(3, 30)));
            proxy_->become(TcpProxy::Mode::pass);
        });
    }

    void connectionsCut() {
        const int times = rounds(20, 200);
        underLoad("database connections reset, " + std::to_string(times) + " times", [&](Load&) {
            for (int i = 0; i < times; ++i) {
                proxy_->cut();
                std::this_thread::sleep_for(std::chrono::milliseconds(50));
            }
        });
    }

private:
    void loseReplies(int oneIn, const std::string& about, int count) {
        proxy_->loseReplies(oneIn, about);
        const auto began = nowMs();
        while (proxy_->lost() < count) {
            CPPUNIT_ASSERT_MESSAGE("too few were lost", nowMs() - began < 60000 + count * 200);
            std::this_thread::sleep_for(std::chrono::milliseconds(10));
        }
        proxy_->loseReplies(0);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(ReplyLostFaults);

} // namespace kubecred::test
