#include "functional/PostgresDaemon.h"

#include <memory>
#include <thread>

namespace kubecred::test {
namespace {

using std::chrono::milliseconds;

struct Step {
    std::string request;
    int status;
};

std::string named(int number) { return "X-Request-Id: step-" + std::to_string(number); }

// Some are answered at once, others after a visit to the database.
Step step(int number) {
    const auto id = named(number);
    switch (number % 6) {
    case 0:
        return {requestBytes("GET", "/health", {}, {id}), 200};
    case 1:
        return {issueRequest("Ada " + std::to_string(number), {id}), 201};
    case 2:
        return {requestBytes("GET", "/nothing", {}, {id}), 404};
    case 3:
        return {verifyRequest({id}), 404};
    case 4:
        return {requestBytes("POST", "/issuance/credentials", "{",
                             {"Content-Type: application/json", id}),
                400};
    default:
        return {issueRequest("Ada", {id}), number == 5 ? 201 : 409};
    }
}

} // namespace

/// Many requests on one connection, sent without waiting for answers.
class HttpPipelineTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(HttpPipelineTest);
    CPPUNIT_TEST(answersComeInOrder);
    CPPUNIT_TEST(requestsInPiecesAreAnsweredInOrder);
    CPPUNIT_TEST(anAnswerAtHandWaitsForTheOneBefore);
    CPPUNIT_TEST(connectionsDoNotWaitForEachOther);
    CPPUNIT_TEST_SUITE_END();

public:
    void answersComeInOrder() {
        const Daemon daemon({sqliteProperties()});
        daemon.waitForStatus("healthy");
        RawConnection connection(daemon.port());
        connection.send(allRequests());
        assertAnswered(connection);
    }

    void requestsInPiecesAreAnsweredInOrder() {
        const Daemon daemon({sqliteProperties()});
        daemon.waitForStatus("healthy");
        RawConnection connection(daemon.port());
        const std::string bytes = allRequests();
        for (std::size_t from = 0; from < bytes.size(); from += 777) {
            connection.send(std::string_view(bytes).substr(from, 777));
            std::this_thread::sleep_for(std::chrono::microseconds(200));
        }
        assertAnswered(connection);
    }

    void anAnswerAtHandWaitsForTheOneBefore() {
        PostgresDaemon postgres;
        postgres.server().freeze();
        RawConnection connection(postgres.port());
        connection.send(verifyRequest({named(1)}) + requestBytes("GET", "/health", {}, {named(2)}) +
                        verifyRequest({named(3)}) + requestBytes("GET", "/health", {}, {named(4)}));
        CPPUNIT_ASSERT(connection.staysSilent());
        postgres.server().thaw();
        for (int i = 1; i <= 4; ++i)
            CPPUNIT_ASSERT_EQUAL("step-" + std::to_string(i),
                                 connection.receive().header("x-request-id"));
        postgres.assertUnharmed();
    }

    // One event loop serves them all.
    void connectionsDoNotWaitForEachOther() {
        PostgresDaemon postgres("http.workers", "1");
        postgres.server().freeze();
        RawConnection waiting(postgres.port());
        waiting.send(verifyRequest());
        CPPUNIT_ASSERT(waiting.staysSilent());
        CPPUNIT_ASSERT_EQUAL(200, request(postgres.port(), "GET", "/health").status);
        CPPUNIT_ASSERT_EQUAL(400, post(postgres.port(), "/issuance/credentials", "{").status);
        CPPUNIT_ASSERT(waiting.staysSilent(milliseconds(0)));
        postgres.server().thaw();
        waiting.receive();
        postgres.assertUnharmed();
    }

private:
    static constexpr int steps = 300;

    static std::string allRequests() {
        std::string bytes;
        for (int i = 0; i < steps; ++i)
            bytes += step(i).request;
        return bytes;
    }

    static void assertAnswered(RawConnection& connection) {
        for (int i = 0; i < steps; ++i) {
            const auto answer = connection.receive();
            const std::string id = "step-" + std::to_string(i);
            CPPUNIT_ASSERT_EQUAL(id, answer.header("x-request-id"));
            CPPUNIT_ASSERT_EQUAL_MESSAGE(id, step(i).status, answer.status);
        }
        CPPUNIT_ASSERT(connection.staysSilent(milliseconds(50)));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(HttpPipelineTest);

} // namespace kubecred::test
