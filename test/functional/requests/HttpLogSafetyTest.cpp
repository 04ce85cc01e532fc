#include "functional/Expectations.h"
#include "support/Daemon.h"
#include "support/RawConnection.h"

#include <memory>

namespace kubecred::test {

/// What of a request may enter the log, and what may not.
class HttpLogSafetyTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(HttpLogSafetyTest);
    CPPUNIT_TEST(wellFormedTraceIdsAreLogged);
    CPPUNIT_TEST(malformedTraceIdsAreNot);
    CPPUNIT_TEST(nothingPersonalIsLogged);
    CPPUNIT_TEST(nothingInARequestMakesALine);
    CPPUNIT_TEST_SUITE_END();

public:
    void setUp() override {
        daemon_ = std::make_unique<Daemon>(DaemonOptions{sqliteProperties()});
        daemon_->waitForStatus("healthy");
    }

    void tearDown() override { daemon_.reset(); }

    void wellFormedTraceIdsAreLogged() {
        const std::string trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        const std::string amazon = "Self=1-67891234-12456789abcdef012345678a;"
                                   "Root=1-67891233-abcdef012345678912345678";
        request(daemon_->port(), "GET", "/nowhere", {},
                {"Traceparent: " + trace, "X-Amzn-Trace-Id: " + amazon});
        assertContains(daemon_->logLines().back(), '"' + trace + '"');
        assertContains(daemon_->logLines().back(), '"' + amazon + '"');
    }

    void malformedTraceIdsAreNot() {
        for (const std::string trace :
             {"00-00000000000000000000000000000000-00f067aa0ba902b7-01",
              "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
              "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
              "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "00-4bf92f35-00f067aa-01",
              "Root=1-6789123-abcdef012345678912345678", "Self=1", "Root=\"ada\"", "ada", ""}) {
            request(daemon_->port(), "GET", "/nowhere", {},
                    {"traceparent: " + trace, "X-Amzn-Trace-Id: " + trace});
            const auto line = daemon_->logLines().back();
            assertContains(line, "\"route\":\"unmatched\"");
            assertLacks(line, "trace");
            assertLacks(line, "Trace");
        }
    }

    void nothingPersonalIsLogged() {
        const std::string ada = R"({"name":"Zarathustra","email":"zarathustra@example.org",)"
                                R"("credentialType":"degree","metadata":{"grade":"Summa"}})";
        const auto issued = post(daemon_->port(), "/issuance/credentials", ada);
        CPPUNIT_ASSERT_EQUAL(201, issued.status);
        post(daemon_->port(), "/issuance/credentials", ada);
        post(daemon_->port(), "/issuance/credentials", ada + "}");
        post(daemon_->port(), "/issuance/credentials", R"({"name":"Zarathustra","email":"Summa"})");
        post(daemon_->port(), "/verification/credentials",
             R"({"name":"Zarathustra","id":")" + issued.text("credential.id") + R"("})");
        request(daemon_->port(), "GET", "/zarathustra@example.org?name=Summa");
        exchange(daemon_->port(), "GET /health?Zarathustra HTTP/1.1\r\nSumma\r\n\r\n");
        for (const std::string word : {"arathustra", "Summa", "example.org", "degree", "SELECT"}) {
            assertLacks(daemon_->log(), word);
            assertLacks(daemon_->errors(), word);
        }
    }

    void nothingInARequestMakesALine() {
        const std::string evil = "x\",\"level\":\"error\"}\\n{\"message\":\"evil";
        const std::vector<std::string> headers{"X-Request-Id: " + evil, "traceparent: " + evil,
                                               "X-Amzn-Trace-Id: " + evil,
                                               "X-Forwarded-For: " + evil};
        const auto before = daemon_->logLines().size();
        request(daemon_->port(), "GET", "/" + evil.substr(0, 2), {}, headers);
        exchange(daemon_->port(), "GET / HTTP/1.1\r\nX-Request-Id: a\nevil\r\n\r\n");
        exchange(daemon_->port(), "GET / HTTP/1.1\r\nX-Request-Id: a\x1b"
                                  "[31mevil\r\n\r\n");
        exchange(daemon_->port(), "ev\nil / HTTP/1.1\r\n\r\n");
        CPPUNIT_ASSERT_EQUAL(before + 4, daemon_->logLines().size());
        assertLacks(daemon_->log(), "evil");
    }

private:
    std::unique_ptr<Daemon> daemon_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(HttpLogSafetyTest);

} // namespace kubecred::test
