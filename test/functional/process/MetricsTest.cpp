#include "functional/Expectations.h"
#include "support/Daemon.h"
#include "support/RawConnection.h"

#include <chrono>
#include <memory>
#include <thread>
#include <vector>

namespace kubecred::test {

/// GET /metrics, as Prometheus sees it.
class MetricsTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(MetricsTest);
    CPPUNIT_TEST(passesPromtool);
    CPPUNIT_TEST(countsEveryRequest);
    CPPUNIT_TEST(countsWhatWasIssuedAndVerified);
    CPPUNIT_TEST(tellsOfConnections);
    CPPUNIT_TEST(tellsOfTheDatabase);
    CPPUNIT_TEST(tellsOfTheProcess);
    CPPUNIT_TEST(isNotThereWithoutAnAdmin);
    CPPUNIT_TEST_SUITE_END();

public:
    void setUp() override {
        daemon_ = std::make_unique<Daemon>(
            DaemonOptions{sqliteProperties(), {{"HEALTH_TOKEN", "open sesame"}}});
        daemon_->waitForStatus("healthy");
    }

    void tearDown() override { daemon_.reset(); }

    void passesPromtool() {
        work();
        const TemporaryDirectory directory;
        const auto file = (directory.path() / "metrics").string();
        writeFile(file, metrics());
        const auto checked = runToEnd({"sh", "-c", "promtool check metrics < " + file});
        CPPUNIT_ASSERT_EQUAL_MESSAGE(checked.errors + checked.output, 0, checked.status);
        CPPUNIT_ASSERT_EQUAL(std::string(), checked.output + checked.errors);
    }

    void countsEveryRequest() {
        const double scrapes = figure(requests("GET", "/metrics", 200));
        work();
        for (int i = 0; i < 20; ++i)
            request(daemon_->port(), "GET", "/nowhere/" + std::to_string(i));
        exchange(daemon_->port(), "no request\r\n\r\n");
        CPPUNIT_ASSERT_EQUAL(1.0, figure(requests("POST", "/issuance/credentials", 201)));
        CPPUNIT_ASSERT_EQUAL(2.0, figure(requests("POST", "/issuance/credentials", 409)));
        CPPUNIT_ASSERT_EQUAL(1.0, figure(requests("POST", "/issuance/credentials", 400)));
        CPPUNIT_ASSERT_EQUAL(3.0, figure(requests("POST", "/verification/credentials", 200)));
        CPPUNIT_ASSERT_EQUAL(1.0, figure(requests("POST", "/verification/credentials", 404)));
        CPPUNIT_ASSERT_EQUAL(20.0, figure(requests("GET", "unmatched", 404)));
        CPPUNIT_ASSERT_EQUAL(1.0, figure(requests("OTHER", "unreadable", 400)));
        CPPUNIT_ASSERT_EQUAL(scrapes + 8, figure(requests("GET", "/metrics", 200)));
        CPPUNIT_ASSERT_EQUAL(
            4.0, figure("kubecred_http_request_duration_seconds_count{route=\"/issuance/"
                        "credentials\"}"));
        assertLacks(metrics(), "nowhere");
    }

    void countsWhatWasIssuedAndVerified() {
        work();
        CPPUNIT_ASSERT_EQUAL(1.0, figure("kubecred_credentials_issued_total"));
        CPPUNIT_ASSERT_EQUAL(2.0, figure("kubecred_credentials_duplicate_total"));
        CPPUNIT_ASSERT_EQUAL(3.0, figure("kubecred_credentials_verified_total"));
        CPPUNIT_ASSERT_EQUAL(1.0, figure("kubecred_credentials_refused_total"));
    }

    // As they were a moment ago.
    void tellsOfConnections() {
        std::vector<std::unique_ptr<RawConnection>> idle;
        for (int i = 0; i < 5; ++i)
            idle.push_back(std::make_unique<RawConnection>(daemon_->port()));
        RawConnection half(daemon_->port());
        half.send("GET /health HTTP/1.1\r\n");
        awaitConnections("idle", 5);
        awaitConnections("reading", 1);
        idle.clear();
        half.reset();
        awaitConnections("idle", 0);
        awaitConnections("reading", 0);
        CPPUNIT_ASSERT(figure("kubecred_http_connections_accepted_total") >= 6);
        CPPUNIT_ASSERT_EQUAL(1.0, figure("kubecred_http_requests_in_flight")); // this one
    }

    void tellsOfTheDatabase() {
        work();
        for (const std::string operation : {"reads", "writes"}) {
            const std::string label = "{operation=\"" + operation + "\"}";
            CPPUNIT_ASSERT_EQUAL(0.0, figure("kubecred_database_breaker_open" + label));
            CPPUNIT_ASSERT_EQUAL(0.0, figure("kubecred_database_requests_waiting" + label));
            awaitFigure("kubecred_database_sessions_busy" + label, 0); // a moment after the answer
            awaitFigure("kubecred_database_sessions" + label, operation == "reads" ? 4 : 1);
            const double asked = operation == "reads" ? 4 : 3;
            CPPUNIT_ASSERT_EQUAL(asked, figure("kubecred_database_wait_seconds_count" + label));
            CPPUNIT_ASSERT_EQUAL(asked, figure("kubecred_database_batch_size_sum" + label));
        }
        CPPUNIT_ASSERT_EQUAL(1.0, figure("kubecred_credential_cache_entries"));
        CPPUNIT_ASSERT(figure("kubecred_credential_cache_bytes") > 100);
        CPPUNIT_ASSERT_EQUAL(0.0, figure("kubecred_credential_cache_hits_total"));
    }

    void tellsOfTheProcess() {
        const std::string text = metrics();
        assertContains(text, "\nkubecred_build_info{version=\"");
        CPPUNIT_ASSERT(figure("process_resident_memory_bytes") > 1e6);
        CPPUNIT_ASSERT(figure("process_virtual_memory_bytes") > 1e6);
        CPPUNIT_ASSERT(figure("process_cpu_seconds_total") > 0);
        CPPUNIT_ASSERT(figure("process_threads") > 3);
        CPPUNIT_ASSERT(figure("process_open_fds") > 3);
        CPPUNIT_ASSERT(figure("process_max_fds") > figure("process_open_fds"));
        CPPUNIT_ASSERT(figure("process_start_time_seconds") > 1.7e9);
    }

    void isNotThereWithoutAnAdmin() {
        const auto other = createKey("other", "issue,verify");
        const Daemon daemon({sqliteProperties(), {{"API_KEYS", other.entry}}});
        CPPUNIT_ASSERT_EQUAL(404, request(daemon.port(), "GET", "/metrics").status);
        CPPUNIT_ASSERT_EQUAL(
            404, request(daemon.port(), "GET", "/metrics", {}, {"X-API-Key: " + other.key}).status);
    }

private:
    // 1 issued, 2 duplicates, 1 malformed; 3 verified, 1 unknown.
    void work() const {
        const auto issued = post(daemon_->port(), "/issuance/credentials", issueBody("Bo"));
        for (int i = 0; i < 2; ++i)
            post(daemon_->port(), "/issuance/credentials", issueBody("Bo"));
        post(daemon_->port(), "/issuance/credentials", "{");
        for (int i = 0; i < 3; ++i)
            post(daemon_->port(), "/verification/credentials",
                 verifyBody(issued.text("credential.id")));
        post(daemon_->port(), "/verification/credentials",
             verifyBody("00000000-0000-7000-8000-000000000000"));
    }

    std::string metrics() const {
        const auto answer =
            request(daemon_->port(), "GET", "/metrics", {}, {"Authorization: Bearer open sesame"});
        CPPUNIT_ASSERT_EQUAL(200, answer.status);
        CPPUNIT_ASSERT_EQUAL(std::string("text/plain; version=0.0.4; charset=utf-8"),
                             answer.header("content-type"));
        return answer.body;
    }

    static std::string requests(const std::string& method, const std::string& route, int status) {
        return "kubecred_http_requests_total{method=\"" + method + "\",route=\"" + route +
               "\",status=\"" + std::to_string(status) + "\"}";
    }

    // The value of a series; 0 where there is none yet.
    double figure(const std::string& series) const {
        const std::string text = "\n" + metrics();
        const auto line = text.find("\n" + series + " ");
        return line == std::string::npos ? 0 : std::stod(text.substr(line + series.size() + 2));
    }

    // Who looks has a connection of its own, which may be counted or not.
    void awaitConnections(const std::string& state, int count) const {
        const std::string series = "kubecred_http_connections{state=\"" + state + "\"}";
        await(series, [&](double value) { return value == count || value == count + 1; });
    }

    void awaitFigure(const std::string& series, double expected) const {
        await(series, [&](double value) { return value == expected; });
    }

    // Looks seldom, so as not to change what is looked at.
    template <typename Condition>
    void await(const std::string& series, Condition condition) const {
        for (int attempt = 0; attempt < 10; ++attempt) {
            std::this_thread::sleep_for(std::chrono::milliseconds(600));
            if (condition(figure(series)))
                return;
        }
        CPPUNIT_FAIL(series + " is " + std::to_string(figure(series)));
    }

    std::unique_ptr<Daemon> daemon_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(MetricsTest);

} // namespace kubecred::test
