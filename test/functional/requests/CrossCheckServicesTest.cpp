#include "functional/Expectations.h"
#include "support/Daemon.h"
#include "support/RawConnection.h"
#include "support/ToldPeer.h"

#include <Poco/Net/ServerSocket.h>

#include <memory>
#include <utility>

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
    CPPUNIT_TEST(tellsNobodyWhatIsGenuineWhileItsDatabaseIsAway);
    CPPUNIT_TEST(takesWhatAGenuineCredentialCanBe);
    CPPUNIT_TEST(believesNothingThatCouldNotBeIssued);
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

    void tellsNobodyWhatIsGenuineWhileItsDatabaseIsAway() {
        startIssuance();
        auto properties = postgresProperties(freePort(), "away");
        properties["modules"] = "verification";
        properties["verification.crossCheck"] = peerAt(issuance_->port());
        verification_ =
            std::make_unique<Daemon>(DaemonOptions{properties, {{"CROSS_CHECK_KEY", key}}});
        const auto id = issued();
        CPPUNIT_ASSERT_EQUAL(200, verify(id).status);
        CPPUNIT_ASSERT_EQUAL(503, verify(unknownId).status);
        CPPUNIT_ASSERT_EQUAL(503, post(verification_->port(), "/verification/credentials",
                                       R"({"id":")" + id + R"(","name":"Charles"})")
                                      .status);
    }

    // Such as the metadata of an earlier one, its numbers written out by PostgreSQL.
    void takesWhatAGenuineCredentialCanBe() {
        const std::string number = "1" + std::string(308, '0');
        std::string metadata = R"({"a": [)" + number;
        while (metadata.size() < 6000000)
            metadata += ", " + number;
        ToldPeer peer(told(metadata + "]}"));
        startVerification(peer.port(), key);
        const auto answer = verify(unknownId);
        CPPUNIT_ASSERT_EQUAL(200, answer.status);
        CPPUNIT_ASSERT(answer.body.size() > 5900000);
    }

    void believesNothingThatCouldNotBeIssued() {
        ToldPeer peer(told("{}"));
        startVerification(peer.port(), key);
        CPPUNIT_ASSERT_EQUAL(200, verify(unknownId).status);
        for (const std::string& metadata :
             {std::string("[]"), std::string(R"({"a":1e400})"), std::string(R"({"a":"\u0000"})"),
              "{},\"name\":\"" + std::string(256, 'a') + "\"", std::string(R"({},"email":"ada")"),
              std::string(R"({},"name":"")"), std::string(R"({},"asOf":"now")")}) {
            peer.tell(told(metadata));
            CPPUNIT_ASSERT_EQUAL_MESSAGE(metadata, 404, verify(unknownId).status);
        }
        assertContains(verification_->log(), "malformed answer");
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

    static std::string peerAt(int port) { return "http://127.0.0.1:" + std::to_string(port); }

    // A peer's answer for the unknown id; what follows the metadata replaces what is usual.
    static std::string told(const std::string& metadata) {
        std::string body = R"({"id":")" + unknownId + R"(","metadata":)" + metadata;
        for (const auto& [member, usual] : {std::pair{"name", "Ada"},
                                            {"email", "ada@example.org"},
                                            {"credentialType", "degree"},
                                            {"issuedBy", "worker-1"},
                                            {"issuedAt", "2026-01-31T09:05:00.042Z"}})
            if (body.find(std::string("\"") + member + "\":") == std::string::npos)
                body += std::string(",\"") + member + "\":\"" + usual + "\"";
        body += "}";
        return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
               body;
    }

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
        verification_ = std::make_unique<Daemon>(
            DaemonOptions{sqliteProperties({{"modules", "verification"},
                                            {"verification.crossCheck", peerAt(peerPort)}}),
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
