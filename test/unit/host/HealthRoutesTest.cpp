#include "host/daemon/HealthRoutes.h"

#include "host/metrics/PrometheusMetrics.h"
#include "kubecred/json/Document.h"
#include "support/Started.h"
#include "support/TemporaryDirectory.h"
#include "unit/FixedClock.h"
#include "unit/RecordingLogger.h"

#include <cppunit/extensions/HelperMacros.h>

#include <atomic>
#include <chrono>
#include <string>
#include <thread>
#include <vector>

namespace kubecred::test {

using http::Method;

class HealthRoutesTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(HealthRoutesTest);
    CPPUNIT_TEST(processAndModulesHaveRoutes);
    CPPUNIT_TEST(degradedWithoutDatabase);
    CPPUNIT_TEST(healthyWithOne);
    CPPUNIT_TEST(drainingAtTheEnd);
    CPPUNIT_TEST(detailsAreForAdmins);
    CPPUNIT_TEST(detailsTellHowItIs);
    CPPUNIT_TEST(detailsTellNothingOfWhatNobodyAskedFor);
    CPPUNIT_TEST_SUITE_END();

public:
    void setUp() override {
        database_.reader();
        database_.writer();
        routes_.addTo(router_);
    }
    void tearDown() override { database_.stop(); }

    void processAndModulesHaveRoutes() {
        for (const char* path :
             {"/health", "/issuance/health", "/health/details", "/issuance/health/details"}) {
            CPPUNIT_ASSERT_MESSAGE(path, router_.match(Method::get, path).handler);
            CPPUNIT_ASSERT_MESSAGE(path, router_.match(Method::head, path).handler);
            CPPUNIT_ASSERT_MESSAGE(path, !router_.match(Method::post, path).handler);
        }
        CPPUNIT_ASSERT(router_.match(Method::get, "/verification/health").route.empty());
    }

    void degradedWithoutDatabase() {
        expect("/health", 200, R"({"status":"degraded","service":"service-1"})");
        expect("/issuance/health", 200, R"({"status":"degraded","service":"issuance"})");
    }

    void healthyWithOne() {
        database_.start();
        for (int i = 0; i < 1500 && database_.state().kind != storage::DatabaseState::Kind::up; ++i)
            std::this_thread::sleep_for(std::chrono::milliseconds(1));
        expect("/health", 200, R"({"status":"healthy","service":"service-1"})");
        expect("/issuance/health", 200, R"({"status":"healthy","service":"issuance"})");
    }

    void drainingAtTheEnd() {
        draining_ = true;
        expect("/health", 503, R"({"status":"draining","service":"service-1"})");
        expect("/issuance/health", 503, R"({"status":"draining","service":"issuance"})");
    }

    void detailsAreForAdmins() {
        for (const char* path : {"/health/details", "/issuance/health/details"})
            CPPUNIT_ASSERT(router_.match(Method::get, path).policy->access == http::Access::admin);
        for (const char* path : {"/health", "/issuance/health"})
            CPPUNIT_ASSERT(router_.match(Method::get, path).policy->access == http::Access::anyone);
    }

    void detailsTellHowItIs() {
        const auto document = json::parse(get("/health/details").body);
        std::string names;
        for (const auto& member : document.root().members())
            names += std::string(member.name) + ",";
        CPPUNIT_ASSERT_EQUAL(
            std::string("status,service,workerId,version,uptimeSeconds,modules,dependencies,"),
            names);
        CPPUNIT_ASSERT_EQUAL(std::string("worker-1"),
                             std::string(document.root().find("workerId")->asString().value()));
        CPPUNIT_ASSERT(document.root().find("uptimeSeconds")->type() == json::Type::number);
        CPPUNIT_ASSERT_EQUAL(std::string(R"(["issuance"])"),
                             document.root().find("modules")->compact());
        CPPUNIT_ASSERT_EQUAL(R"({"database":{)" + starting + R"(,"reads":{)" + starting +
                                 R"(},"writes":{)" + starting + "}}}",
                             document.root().find("dependencies")->compact());
    }

    void detailsTellNothingOfWhatNobodyAskedFor() {
        storage::Database written{sqlite(), logger_, clock_, metrics_};
        written.writer();
        const host::HealthRoutes routes({"service-1", "worker-1", {}}, written, draining_);
        http::Router router;
        routes.addTo(router);
        const auto document = json::parse(get(router, "/health/details").body);
        CPPUNIT_ASSERT_EQUAL(R"({"database":{)" + starting + R"(,"writes":{)" + starting + "}}}",
                             document.root().find("dependencies")->compact());
    }

private:
    static http::Response get(const http::Router& router, std::string_view path) {
        const http::Request request{Method::get, path, {}, {}};
        return await((*router.match(Method::get, path).handler)(request, {}));
    }

    http::Response get(std::string_view path) const { return get(router_, path); }

    void expect(std::string_view path, int status, const std::string& body) const {
        const auto response = get(path);
        CPPUNIT_ASSERT_EQUAL(status, response.status);
        CPPUNIT_ASSERT_EQUAL(body, response.body);
    }

    storage::DatabaseSettings sqlite() const {
        storage::DatabaseSettings settings;
        settings.path = (folder_.path() / "test.db").string();
        settings.migrateOnStart = true;
        return settings;
    }

    const std::string starting =
        R"("state":"starting","since":"2026-01-31T09:05:00.042Z","lastError":null)";
    const TemporaryDirectory folder_;
    RecordingLogger logger_;
    FixedClock clock_;
    host::PrometheusMetrics metrics_;
    storage::Database database_{sqlite(), logger_, clock_, metrics_};
    std::atomic<bool> draining_ = false;
    host::HealthRoutes routes_{{"service-1", "worker-1", {"issuance"}}, database_, draining_};
    http::Router router_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(HealthRoutesTest);

} // namespace kubecred::test
