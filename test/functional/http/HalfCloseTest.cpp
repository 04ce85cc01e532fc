#include "functional/PostgresDaemon.h"

namespace kubecred::test {

/// Clients that end what they send and wait for their answers: each gets them, and the connection
/// is closed then, long before the idle timeout of 75 s.
class HalfCloseTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(HalfCloseTest);
    CPPUNIT_TEST(theAnswerAtHandStillComes);
    CPPUNIT_TEST(theAnswerOfTheDatabaseStillComes);
    CPPUNIT_TEST(pipelinedAnswersStillCome);
    CPPUNIT_TEST(aRequestThatIsNotCompleteIsRefused);
    CPPUNIT_TEST(silenceIsAnsweredWithTheEnd);
    CPPUNIT_TEST(aClientThatWaitsForAFrozenDatabaseStillGetsItsAnswer);
    CPPUNIT_TEST_SUITE_END();

public:
    void theAnswerAtHandStillComes() {
        CPPUNIT_ASSERT_EQUAL(std::string("200"), answers(requestBytes("GET", "/health")));
    }

    void theAnswerOfTheDatabaseStillComes() {
        CPPUNIT_ASSERT_EQUAL(std::string("201"), answers(issueRequest("Ada")));
        CPPUNIT_ASSERT_EQUAL(std::string("404"), answers(verifyRequest()));
    }

    void pipelinedAnswersStillCome() {
        CPPUNIT_ASSERT_EQUAL(std::string("404 200 201 404 200"),
                             answers(verifyRequest() + requestBytes("GET", "/health") +
                                     issueRequest("Ada") + verifyRequest() +
                                     requestBytes("GET", "/health")));
    }

    void aRequestThatIsNotCompleteIsRefused() {
        const std::string whole = issueRequest("Ada");
        CPPUNIT_ASSERT_EQUAL(std::string("404 400"),
                             answers(verifyRequest() + whole.substr(0, whole.size() - 1)));
    }

    void silenceIsAnsweredWithTheEnd() { CPPUNIT_ASSERT_EQUAL(std::string(), answers("")); }

    void aClientThatWaitsForAFrozenDatabaseStillGetsItsAnswer() {
        PostgresDaemon postgres;
        postgres.server().freeze();
        RawConnection before(postgres.port()); // half-closed before the request has been read
        RawConnection after(postgres.port());  // and while it waits
        after.send(verifyRequest());
        before.send(verifyRequest());
        before.shutdownSend();
        CPPUNIT_ASSERT(after.staysSilent());
        after.shutdownSend();
        CPPUNIT_ASSERT(before.staysSilent(std::chrono::milliseconds(50)));
        CPPUNIT_ASSERT(after.staysSilent(std::chrono::milliseconds(50)));
        postgres.server().thaw();
        for (RawConnection* connection : {&before, &after})
            CPPUNIT_ASSERT_EQUAL(std::size_t{1},
                                 readAnswers(connection->receiveUntilClosed()).size());
        postgres.assertUnharmed();
    }

private:
    static std::string answers(const std::string& bytes) {
        const Daemon daemon({sqliteProperties()});
        daemon.waitForStatus("healthy");
        return statusesOf(exchange(daemon.port(), bytes));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(HalfCloseTest);

} // namespace kubecred::test
