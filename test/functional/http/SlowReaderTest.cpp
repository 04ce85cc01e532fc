#include "functional/Expectations.h"
#include "support/Daemon.h"
#include "support/RawConnection.h"

#include <memory>
#include <thread>

namespace kubecred::test {
namespace {

using std::chrono::milliseconds;

// Small enough that an answer does not fit into what the system keeps for a client.
constexpr int receiveBuffer = 4096;

// Metadata almost as large as a request may be, in which every place differs from every other.
std::string largeText() {
    std::string text;
    for (int i = 0; text.size() < 100000; ++i)
        text += std::to_string(i) + ".";
    return text;
}

} // namespace

/// Clients that read more slowly than they are answered.
class SlowReaderTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(SlowReaderTest);
    CPPUNIT_TEST(aLargeAnswerArrivesWhole);
    CPPUNIT_TEST(manyLargeAnswersArriveWholeAndInOrder);
    CPPUNIT_TEST(aReaderThatPausesDelaysNobody);
    CPPUNIT_TEST_SUITE_END();

public:
    void setUp() override {
        daemon_ =
            std::make_unique<Daemon>(DaemonOptions{sqliteProperties({{"http.workers", "1"}})});
        daemon_->waitForStatus("healthy");
        std::string body = issueBody("Ada");
        body.pop_back();
        const auto issued = post(daemon_->port(), "/issuance/credentials",
                                 body + R"(,"metadata":{"text":")" + text_ + "\"}}");
        CPPUNIT_ASSERT_EQUAL(201, issued.status);
        id_ = issued.text("credential.id");
    }

    void tearDown() override { daemon_.reset(); }

    void aLargeAnswerArrivesWhole() {
        RawConnection connection(daemon_->port(), receiveBuffer);
        connection.send(verifyRequest(0));
        std::this_thread::sleep_for(milliseconds(200)); // until it has filled every buffer
        assertWhole(connection.receive(), 0);
        connection.send(requestBytes("GET", "/health"));
        CPPUNIT_ASSERT_EQUAL(200, connection.receive().status);
    }

    void manyLargeAnswersArriveWholeAndInOrder() {
        RawConnection connection(daemon_->port(), receiveBuffer);
        constexpr int count = 60;
        std::string bytes;
        for (int i = 0; i < count; ++i)
            bytes += verifyRequest(i) + requestBytes("GET", "/health");
        connection.send(bytes);
        std::this_thread::sleep_for(milliseconds(300));
        for (int i = 0; i < count; ++i) {
            assertWhole(connection.receive(), i);
            CPPUNIT_ASSERT_EQUAL(200, connection.receive().status);
        }
        CPPUNIT_ASSERT(connection.staysSilent(milliseconds(50)));
    }

    void aReaderThatPausesDelaysNobody() {
        RawConnection slow(daemon_->port(), receiveBuffer);
        std::string bytes;
        for (int i = 0; i < 50; ++i)
            bytes += verifyRequest(i);
        slow.send(bytes);
        for (int i = 0; i < 20; ++i)
            CPPUNIT_ASSERT_EQUAL(
                200, post(daemon_->port(), "/verification/credentials", verifyBody(id_)).status);
        for (int i = 0; i < 50; ++i)
            assertWhole(slow.receive(), i);
    }

private:
    std::string verifyRequest(int number) const {
        return requestBytes(
            "POST", "/verification/credentials", verifyBody(id_),
            {"Content-Type: application/json", "X-Request-Id: step-" + std::to_string(number)});
    }

    void assertWhole(const HttpAnswer& answer, int number) const {
        CPPUNIT_ASSERT_EQUAL(200, answer.status);
        CPPUNIT_ASSERT_EQUAL("step-" + std::to_string(number), answer.header("x-request-id"));
        CPPUNIT_ASSERT(answer.text("credential.metadata.text") == text_);
    }

    const std::string text_ = largeText();
    std::unique_ptr<Daemon> daemon_;
    std::string id_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(SlowReaderTest);

} // namespace kubecred::test
