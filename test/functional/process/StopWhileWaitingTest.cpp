#include "functional/PostgresDaemon.h"

#include <signal.h>

namespace kubecred::test {

/// The end of a daemon whose clients wait for a database that does not answer.
class StopWhileWaitingTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(StopWhileWaitingTest);
    CPPUNIT_TEST(endsInTimeWithoutPatience);
    CPPUNIT_TEST(endsInTimeAfterItsPatience);
    CPPUNIT_TEST(waitsForAnAnswerThatComesInTime);
    CPPUNIT_TEST_SUITE_END();

public:
    void endsInTimeWithoutPatience() { assertEndsInTime(0); }

    void endsInTimeAfterItsPatience() { assertEndsInTime(1); }

    void waitsForAnAnswerThatComesInTime() {
        PostgresDaemon postgres("shutdown.timeoutSeconds", "10");
        postgres.server().freeze();
        RawConnection client(postgres.port());
        client.send(verifyRequest());
        CPPUNIT_ASSERT(client.staysSilent());
        postgres.daemon().process().signal(SIGTERM);
        CPPUNIT_ASSERT(client.staysSilent());
        postgres.server().thaw();
        const auto answer = client.receive();
        CPPUNIT_ASSERT(answer.status == 404 || answer.status == 503); // by when it was thawed
        CPPUNIT_ASSERT_EQUAL(std::string("close"), answer.header("connection"));
        const Stopwatch stopwatch;
        CPPUNIT_ASSERT_EQUAL(0, postgres.daemon().process().wait().value_or(-1));
        stopwatch.assertWithin(std::chrono::seconds(4));
    }

private:
    static void assertEndsInTime(int timeoutSeconds) {
        PostgresDaemon postgres("shutdown.timeoutSeconds", std::to_string(timeoutSeconds));
        postgres.server().freeze();
        RawConnection reading(postgres.port());
        reading.send(verifyRequest());
        RawConnection writing(postgres.port());
        writing.send(issueRequest("Ada"));
        RawConnection sending(postgres.port());
        sending.send("POST /issuance/credentials HTTP/1.1\r\n");
        CPPUNIT_ASSERT(reading.staysSilent());
        const Stopwatch stopwatch;
        postgres.daemon().process().signal(SIGTERM);
        CPPUNIT_ASSERT_EQUAL(0, postgres.daemon().process().wait().value_or(-1));
        stopwatch.assertWithin(std::chrono::seconds(timeoutSeconds + 3));
        for (RawConnection* client : {&reading, &writing})
            assertRefusedOrClosed(client->receiveUntilClosed());
        CPPUNIT_ASSERT_EQUAL(std::string(), sending.receiveUntilClosed());
        CPPUNIT_ASSERT_EQUAL(std::string(), postgres.daemon().errors());
        assertContains(postgres.daemon().log(), "\"stopped\"");
    }

    static void assertRefusedOrClosed(const std::string& bytes) {
        const auto statuses = statusesOf(readAnswers(bytes));
        CPPUNIT_ASSERT_MESSAGE(statuses, statuses.empty() || statuses == "503");
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(StopWhileWaitingTest);

} // namespace kubecred::test
