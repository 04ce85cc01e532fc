#include "functional/Expectations.h"
#include "support/Daemon.h"
#include "support/RawConnection.h"

#include <memory>

namespace kubecred::test {
namespace {

const std::vector<std::pair<std::string, std::string>> prefixes{
    {"", "kube-credential"}, {"/issuance", "issuance"}, {"/verification", "verification"}};

HttpAnswer details(const Daemon& daemon, const std::string& prefix,
                   const std::string& authorization) {
    return request(daemon.port(), "GET", prefix + "/health/details", {},
                   {"Authorization: " + authorization});
}

} // namespace

/// Health: for the load balancer without credentials, and its details for who holds the token.
class HttpHealthTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(HttpHealthTest);
    CPPUNIT_TEST(healthNamesTheService);
    CPPUNIT_TEST(detailsNeedTheToken);
    CPPUNIT_TEST(detailsAreHiddenWithoutAToken);
    CPPUNIT_TEST(detailsTellTheState);
    CPPUNIT_TEST(detailsTellTheTrouble);
    CPPUNIT_TEST_SUITE_END();

public:
    void setUp() override {
        daemon_ = std::make_unique<Daemon>(DaemonOptions{
            sqliteProperties(), {{"HEALTH_TOKEN", "open sesame"}, {"WORKER_ID", "worker-1"}}});
        daemon_->waitForStatus("healthy");
    }

    void tearDown() override { daemon_.reset(); }

    void healthNamesTheService() {
        for (const auto& [prefix, service] : prefixes) {
            const auto answer = request(daemon_->port(), "GET", prefix + "/health");
            CPPUNIT_ASSERT_EQUAL(200, answer.status);
            CPPUNIT_ASSERT_EQUAL(R"({"status":"healthy","service":")" + service + R"("})",
                                 answer.body);
        }
    }

    void detailsNeedTheToken() {
        for (const auto& [prefix, service] : prefixes) {
            for (const std::string wrong :
                 {"", "Bearer", "Bearer ", "Bearer open", "Bearer open sesame!", "open sesame",
                  "Basic open sesame", "Bearer OPEN SESAME", "Bearer Bearer open sesame"}) {
                const auto answer = details(*daemon_, prefix, wrong);
                CPPUNIT_ASSERT_EQUAL_MESSAGE(wrong, 401, answer.status);
                assertContains(answer.header("www-authenticate"), "Bearer");
                CPPUNIT_ASSERT_EQUAL(answer.header("x-request-id"), answer.text("requestId"));
                CPPUNIT_ASSERT(!answer.json()->getValue<bool>("success"));
            }
            CPPUNIT_ASSERT_EQUAL(
                401, request(daemon_->port(), "GET", prefix + "/health/details").status);
            CPPUNIT_ASSERT_EQUAL(200, details(*daemon_, prefix, "Bearer open sesame").status);
            CPPUNIT_ASSERT_EQUAL(200, details(*daemon_, prefix, "bearer open sesame").status);
        }
        assertLacks(daemon_->log(), "sesame");
    }

    void detailsAreHiddenWithoutAToken() {
        const Daemon daemon({sqliteProperties()});
        for (const auto& [prefix, service] : prefixes)
            for (const std::string authorization : {"", "Bearer ", "Bearer open sesame"}) {
                const auto answer = details(daemon, prefix, authorization);
                CPPUNIT_ASSERT_EQUAL(404, answer.status);
                CPPUNIT_ASSERT_EQUAL(std::string("Not found"), answer.text("message"));
                CPPUNIT_ASSERT(!answer.has("www-authenticate"));
            }
    }

    void detailsTellTheState() {
        const auto answer = details(*daemon_, "", "Bearer open sesame");
        CPPUNIT_ASSERT_EQUAL(std::string("healthy"), answer.text("status"));
        CPPUNIT_ASSERT_EQUAL(std::string("worker-1"), answer.text("workerId"));
        CPPUNIT_ASSERT(!answer.text("version").empty());
        const int uptime = answer.json()->getValue<int>("uptimeSeconds");
        CPPUNIT_ASSERT_MESSAGE(std::to_string(uptime), uptime >= 0 && uptime < 300);
        CPPUNIT_ASSERT_EQUAL(std::size_t(2), answer.json()->getArray("modules")->size());
        CPPUNIT_ASSERT_EQUAL(std::string("up"), answer.text("dependencies.database.state"));
        CPPUNIT_ASSERT(answer.text("dependencies.database.since").ends_with('Z'));
        for (const std::string use : {"reads", "writes"}) {
            CPPUNIT_ASSERT_EQUAL(std::string("up"),
                                 answer.text("dependencies.database." + use + ".state"));
            CPPUNIT_ASSERT(answer.text("dependencies.database." + use + ".since").ends_with('Z'));
        }
    }

    void detailsTellTheTrouble() {
        auto properties = postgresProperties(freePort(), "hidden_database");
        properties["database.password"] = "hidden password";
        const Daemon daemon({properties, {{"HEALTH_TOKEN", "open sesame"}}});
        daemon.waitForStatus("degraded");
        const auto answer = details(daemon, "", "Bearer open sesame");
        CPPUNIT_ASSERT_EQUAL(200, answer.status);
        CPPUNIT_ASSERT_EQUAL(std::string("degraded"), answer.text("status"));
        CPPUNIT_ASSERT(answer.text("dependencies.database.state") != "up");
        CPPUNIT_ASSERT(!answer.text("dependencies.database.lastError").empty());
        for (const std::string word : {"hidden", "127.0.0.1", "postgres"}) {
            assertLacks(answer.body, word);
            assertLacks(daemon.errors(), word);
        }
        assertLacks(daemon.log(), "hidden");
    }

private:
    std::unique_ptr<Daemon> daemon_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(HttpHealthTest);

} // namespace kubecred::test
