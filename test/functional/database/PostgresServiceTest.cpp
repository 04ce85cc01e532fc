#include "functional/Expectations.h"
#include "support/Daemon.h"
#include "support/PostgresServer.h"
#include "support/RawConnection.h"

#include <latch>
#include <thread>

namespace kubecred::test {
namespace {

// As long as the database may take on a busy machine: what is tested is who wins, not how fast.
std::map<std::string, std::string> patientProperties(const PostgresServer& server,
                                                     const std::string& database) {
    auto properties = postgresProperties(server.port(), database);
    properties["issuance.timeoutMs"] = "10000";
    return properties;
}

/// Sends one request a thread, all at the same moment, to these ports in turn.
std::vector<HttpAnswer> postAtOnce(const std::vector<int>& ports, std::size_t count,
                                   const std::string& body) {
    std::vector<HttpAnswer> answers(count);
    std::latch ready(static_cast<std::ptrdiff_t>(count));
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < count; ++i)
        threads.emplace_back([&, i] {
            RawConnection connection(ports[i % ports.size()]);
            ready.arrive_and_wait();
            connection.send("POST /issuance/credentials HTTP/1.1\r\nHost: localhost\r\n"
                            "Content-Type: application/json\r\nContent-Length: " +
                            std::to_string(body.size()) + "\r\n\r\n" + body);
            try {
                answers[i] = connection.receive(false, std::chrono::seconds(30));
            } catch (const std::exception&) { // its status stays 0
            }
        });
    for (auto& thread : threads)
        thread.join();
    return answers;
}

} // namespace

/// The daemon over PostgreSQL that is there.
class PostgresServiceTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(PostgresServiceTest);
    CPPUNIT_TEST(worksAsSoonAsTheSchemaIsThere);
    CPPUNIT_TEST(twoProcessesIssueACredentialOnce);
    CPPUNIT_TEST(whatOneProcessIssuesAnotherVerifies);
    CPPUNIT_TEST_SUITE_END();

public:
    void worksAsSoonAsTheSchemaIsThere() {
        const auto properties = postgresProperties(server().port(), server().createDatabase());
        Daemon daemon({properties});
        daemon.waitForStatus("degraded");
        const auto health = request(daemon.port(), "GET", "/health");
        CPPUNIT_ASSERT_EQUAL(200, health.status);
        const auto refused = post(daemon.port(), "/issuance/credentials", issueBody("Ada"));
        CPPUNIT_ASSERT_EQUAL(503, refused.status);
        CPPUNIT_ASSERT(!refused.header("retry-after").empty());
        assertContains(daemon.log(), "--migrate");

        CPPUNIT_ASSERT_EQUAL(0, runProgram(properties, {"--migrate"}).status);
        daemon.waitForStatus("healthy", std::chrono::seconds(3));
        CPPUNIT_ASSERT_EQUAL(201,
                             post(daemon.port(), "/issuance/credentials", issueBody("Ada")).status);
    }

    void twoProcessesIssueACredentialOnce() {
        const std::string database = server().createDatabase();
        const auto properties = patientProperties(server(), database);
        CPPUNIT_ASSERT_EQUAL(0, runProgram(properties, {"--migrate"}).status);
        Daemon one({properties});
        Daemon two({properties});
        one.waitForStatus("healthy");
        two.waitForStatus("healthy");

        const auto answers = postAtOnce({one.port(), two.port()}, 200, issueBody("Ada"));
        const std::string id = server().query(database, "SELECT id FROM credentials");
        int winners = 0;
        for (const auto& answer : answers) {
            if (answer.status == 201) {
                ++winners;
                CPPUNIT_ASSERT_EQUAL(id, answer.text("credential.id") + "\n");
            } else {
                CPPUNIT_ASSERT_EQUAL(409, answer.status);
                CPPUNIT_ASSERT_EQUAL(id, answer.text("existingCredential.id") + "\n");
            }
        }
        CPPUNIT_ASSERT_EQUAL(1, winners);
    }

    void whatOneProcessIssuesAnotherVerifies() {
        auto properties = postgresProperties(server().port(), server().createDatabase());
        CPPUNIT_ASSERT_EQUAL(0, runProgram(properties, {"--migrate"}).status);
        properties["modules"] = "issuance";
        Daemon issuer({properties, {{"WORKER_ID", "issuer-1"}}});
        properties["modules"] = "verification";
        Daemon verifier({properties, {{"WORKER_ID", "verifier-1"}}});
        issuer.waitForStatus("healthy");
        verifier.waitForStatus("healthy");

        const auto issued = post(issuer.port(), "/issuance/credentials", issueBody("Ada"));
        CPPUNIT_ASSERT_EQUAL(201, issued.status);
        const std::string id = issued.text("credential.id");
        const auto verified = post(verifier.port(), "/verification/credentials", verifyBody(id));
        CPPUNIT_ASSERT_EQUAL(200, verified.status);
        CPPUNIT_ASSERT_EQUAL(std::string("issuer-1"), verified.text("credential.issuedBy"));
        CPPUNIT_ASSERT_EQUAL(std::string("verifier-1"), verified.text("verifiedBy"));
        CPPUNIT_ASSERT_EQUAL(
            404, post(issuer.port(), "/verification/credentials", verifyBody(id)).status);
        CPPUNIT_ASSERT_EQUAL(
            404, post(verifier.port(), "/issuance/credentials", issueBody("Ada")).status);
    }

private:
    static PostgresServer& server() {
        static PostgresServer shared;
        return shared;
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(PostgresServiceTest);

} // namespace kubecred::test
