#include "Expectations.h"
#include "support/Daemon.h"
#include "support/RawConnection.h"

#include <Poco/Net/ServerSocket.h>

#include <memory>

namespace kubecred::test {
namespace {

const std::string unknownId = "0190a5b0-0000-7000-8000-000000000001";

} // namespace

/// Two services with a database each, of which verification's has nothing: what it verifies comes
/// from issuance.
class CrossCheckServicesTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(CrossCheckServicesTest);
    CPPUNIT_TEST(verifiesWhatIssuanceHas);
    CPPUNIT_TEST(carriesTheRequestsId);
    CPPUNIT_TEST(aPeerThatIsAwayMakesNothingWorse);
    CPPUNIT_TEST(aPeerThatIsSilentMakesNothingWorse);
    CPPUNIT_TEST(aWrongKeyOpensNothing);
    CPPUNIT_TEST(isNotThereWithoutAKey);
    CPPUNIT_TEST(askingItselfEndsAtOnce);
    CPPUNIT_TEST(wantsAUrlAndAKey);
    CPPUNIT_TEST_SUITE_END();

public:
    void verifiesWhatIssuanceHas() {
        startBoth();
        const auto id = issued();
        const auto answer = verify(id);
        CPPUNIT_ASSERT_EQUAL(200, answer.status);
        CPPUNIT_ASSERT_EQUAL(std::string("Ada"), answer.text("credential.name"));
        CPPUNIT_ASSERT_EQUAL(404, verify(unknownId).status);
        CPPUNIT_ASSERT_EQUAL(404, post(verification_->port(), "/verification/credentials",
                                       R"({"id":")" + id + R"(","name":"Charles"})")
                                      .status);
    }

    void carriesTheRequestsId() {
        startBoth();
        post(verification_->port(), "/verification/credentials", verifyBody(unknownId),
             {"X-Request-Id: from-the-client",
              "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"});
        const auto line = issuance_->logLines().back();
        assertContains(line, R"("requestId":"from-the-client")");
        assertContains(line, R"("route":"/internal/credentials")");
        assertContains(line, "4bf92f3577b34da6a3ce929d0e0e4736");
        assertLacks(line, "Bearer");
    }

    void aPeerThatIsAwayMakesNothingWorse() {
        startBoth();
        issuance_->stop();
        for (int i = 0; i < 3; ++i)
            CPPUNIT_ASSERT_EQUAL(404, verify(unknownId).status);
        assertContains(verification_->log(), "the peer service does not answer as it should");
    }

    void aPeerThatIsSilentMakesNothingWorse() {
        const Poco::Net::ServerSocket silent(Poco::Net::SocketAddress("127.0.0.1", 0));
        startVerification(silent.address().port(), key);
        const Stopwatch stopwatch;
        CPPUNIT_ASSERT_EQUAL(404, verify(unknownId).status);
        stopwatch.assertWithin(std::chrono::seconds(4)); // 2 s are promised
        CPPUNIT_ASSERT_EQUAL(0, verification_->stop());
    }

    void aWrongKeyOpensNothing() {
        startIssuance();
        startVerification(issuance_->port(), "another key");
        CPPUNIT_ASSERT_EQUAL(404, verify(issued()).status);
        assertContains(verification_->log(), "refused the question");
    }

    void isNotThereWithoutAKey() {
        issuance_ = std::make_unique<Daemon>(DaemonOptions{sqliteProperties()});
        issuance_->waitForStatus("healthy");
        CPPUNIT_ASSERT_EQUAL(404, post(issuance_->port(), "/internal/credentials",
                                       verifyBody(unknownId), {"X-API-Key: " + key})
                                      .status);
    }

    // Both modules in one process, which is its own peer.
    void askingItselfEndsAtOnce() {
        const int port = freePort();
        Daemon both({sqliteProperties(
                         {{"http.port", std::to_string(port)},
                          {"verification.crossCheck", "http://127.0.0.1:" + std::to_string(port)}}),
                     {{"CROSS_CHECK_KEY", key}}});
        both.waitForStatus("healthy");
        CPPUNIT_ASSERT_EQUAL(404,
                             post(port, "/verification/credentials", verifyBody(unknownId)).status);
        CPPUNIT_ASSERT_EQUAL(0, both.stop());
        std::size_t questions = 0;
        for (const auto& line : both.logLines())
            questions += line.find("/internal/credentials") != std::string::npos ? 1 : 0;
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, questions);
    }

    void wantsAUrlAndAKey() {
        for (const std::string url :
             {"issuance", "https://issuance:3000", "http://", "http://issuance:3000/path",
              "http://user@issuance:3000", "http://issuance:3000/?x=1", "ftp://issuance"}) {
            const auto ended = runProgram(sqliteProperties({{"verification.crossCheck", url}}),
                                          {"--check-config"}, {{"CROSS_CHECK_KEY", key}});
            CPPUNIT_ASSERT_EQUAL_MESSAGE(url, 78, ended.status);
            assertContains(ended.errors, "such as http://issuance:3000");
        }
        const auto ended =
            runProgram(sqliteProperties({{"verification.crossCheck", "http://issuance:3000"}}),
                       {"--check-config"});
        CPPUNIT_ASSERT_EQUAL(78, ended.status);
        assertContains(ended.errors, "crossCheck.key");
    }

private:
    static inline const std::string key = "between the services";

    void startBoth() {
        startIssuance();
        startVerification(issuance_->port(), key);
    }

    void startIssuance() {
        issuance_ = std::make_unique<Daemon>(
            DaemonOptions{sqliteProperties({{"modules", "issuance"}}), {{"CROSS_CHECK_KEY", key}}});
        issuance_->waitForStatus("healthy");
    }

    void startVerification(int peerPort, const std::string& peerKey) {
        verification_ = std::make_unique<Daemon>(DaemonOptions{
            sqliteProperties(
                {{"modules", "verification"},
                 {"verification.crossCheck", "http://127.0.0.1:" + std::to_string(peerPort)}}),
            {{"CROSS_CHECK_KEY", peerKey}}});
        verification_->waitForStatus("healthy");
    }

    std::string issued() const {
        const auto answer = post(issuance_->port(), "/issuance/credentials", issueBody("Ada"));
        CPPUNIT_ASSERT_EQUAL(201, answer.status);
        return answer.text("credential.id");
    }

    HttpAnswer verify(const std::string& id) const {
        return post(verification_->port(), "/verification/credentials", verifyBody(id));
    }

    std::unique_ptr<Daemon> issuance_;
    std::unique_ptr<Daemon> verification_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(CrossCheckServicesTest);

} // namespace kubecred::test
