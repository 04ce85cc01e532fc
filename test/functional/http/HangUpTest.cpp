#include "support/Daemon.h"
#include "support/RawConnection.h"

#include <cppunit/extensions/HelperMacros.h>

#include <atomic>
#include <thread>

namespace kubecred::test {

/// Clients that leave at the moment at which the daemon has something to do for them.
class HangUpTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(HangUpTest);
    CPPUNIT_TEST(survivesClientsThatLeaveAfterTheir408);
    CPPUNIT_TEST(survivesClientsThatLeaveWithoutTheirAnswer);
    CPPUNIT_TEST_SUITE_END();

public:
    void setUp() override {
        daemon_ = std::make_unique<Daemon>(
            DaemonOptions{sqliteProperties({{"http.requestTimeoutSeconds", "1"}})});
    }

    void survivesClientsThatLeaveAfterTheir408() {
        std::atomic<int> timedOut{0};
        eachOf(60, [&] {
            RawConnection connection(daemon_->port());
            connection.send(begun);
            if (connection.receive().status == 408)
                ++timedOut;
        });
        CPPUNIT_ASSERT_EQUAL(60, timedOut.load());
        CPPUNIT_ASSERT_EQUAL(0, daemon_->stop());
    }

    void survivesClientsThatLeaveWithoutTheirAnswer() {
        eachOf(60, [&] {
            RawConnection connection(daemon_->port());
            connection.send("GET /health HTTP/1.1\r\nHost: a\r\n\r\n");
        });
        eachOf(60, [&] {
            RawConnection connection(daemon_->port());
            connection.send(begun);
        });
        CPPUNIT_ASSERT_EQUAL(200, request(daemon_->port(), "GET", "/health").status);
        CPPUNIT_ASSERT_EQUAL(0, daemon_->stop());
    }

private:
    static constexpr std::string_view begun = "POST /issuance/credentials HTTP/1.1\r\nHost: a\r\n"
                                              "Content-Type: application/json\r\n"
                                              "Content-Length: 50\r\n\r\n{";

    template <typename Action>
    static void eachOf(int count, Action action) {
        std::vector<std::thread> threads;
        for (int i = 0; i < count; ++i)
            threads.emplace_back(action);
        for (auto& thread : threads)
            thread.join();
    }

    std::unique_ptr<Daemon> daemon_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(HangUpTest);

} // namespace kubecred::test
