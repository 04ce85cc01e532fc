#include "support/Daemon.h"
#include "support/RawConnection.h"

#include <cppunit/extensions/HelperMacros.h>

#include <thread>

namespace kubecred::test {

/// Empty lines between requests, which some clients send, begin no request of their own.
class HttpEmptyLineTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(HttpEmptyLineTest);
    CPPUNIT_TEST(anEmptyLineBringsNoAnswer);
    CPPUNIT_TEST(theNextRequestIsAnsweredAllTheSame);
    CPPUNIT_TEST_SUITE_END();

public:
    void setUp() override {
        daemon_ = std::make_unique<Daemon>(
            DaemonOptions{sqliteProperties({{"http.requestTimeoutSeconds", "1"}})});
    }

    void anEmptyLineBringsNoAnswer() {
        for (const std::string lines : {"\r\n", "\r\n\r\n"}) {
            RawConnection connection(daemon_->port());
            ask(connection);
            for (const char byte : lines) {
                connection.send({&byte, 1});
                std::this_thread::sleep_for(std::chrono::milliseconds(20));
            }
            CPPUNIT_ASSERT(connection.staysSilent(std::chrono::milliseconds(1500)));
        }
    }

    void theNextRequestIsAnsweredAllTheSame() {
        RawConnection connection(daemon_->port());
        for (const char* lines : {"", "\r\n", "\r\n\r\n", "\r"}) {
            connection.send(lines);
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
            if (std::string_view(lines) == "\r")
                connection.send("\n");
            ask(connection);
        }
    }

private:
    static void ask(RawConnection& connection) {
        connection.send("GET /health HTTP/1.1\r\nHost: a\r\n\r\n");
        CPPUNIT_ASSERT_EQUAL(200, connection.receive().status);
    }

    std::unique_ptr<Daemon> daemon_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(HttpEmptyLineTest);

} // namespace kubecred::test
