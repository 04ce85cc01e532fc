#include "IssuanceModule.h"
#include "VerificationModule.h"
#include "host/metrics/PrometheusMetrics.h"
#include "support/IdleStorage.h"
#include "unit/FixedClock.h"
#include "unit/RecordingLogger.h"

#include <cppunit/extensions/HelperMacros.h>

#include <string>
#include <tuple>

namespace kubecred::test {

class ModuleSettingsTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(ModuleSettingsTest);
    CPPUNIT_TEST(checksTheTimeouts);
    CPPUNIT_TEST(routesHaveTheTimeouts);
    CPPUNIT_TEST(registersTheRoutes);
    CPPUNIT_TEST(asksForWhatItStandsOnAndNoMore);
    CPPUNIT_TEST(keysAreAskedForWhereToldSo);
    CPPUNIT_TEST(warnsOfOpenIssuance);
    CPPUNIT_TEST_SUITE_END();

public:
    void checksTheTimeouts() {
        for (const char* good : {"100", "2000", "10000"})
            CPPUNIT_ASSERT_EQUAL_MESSAGE(good, std::size_t{0}, faults(good));
        for (const char* bad : {"99", "10001", "", "2s"})
            CPPUNIT_ASSERT_EQUAL_MESSAGE(bad, std::size_t{2}, faults(bad));
    }

    void routesHaveTheTimeouts() {
        Settings settings({{"issuance.timeoutMs", {"300", "test"}},
                           {"verification.timeoutMs", {"400", "test"}},
                           {"crossCheck.key", {"between us", "test"}}});
        issuance::IssuanceModule issuance;
        issuance.configure(settings);
        issuance.start(context_);
        verification::VerificationModule verification;
        verification.configure(settings);
        verification.start(context_);
        for (const auto& [path, timeout] : {std::pair{"/issuance/credentials", 300},
                                            {"/internal/credentials", 300},
                                            {"/verification/credentials", 400}})
            CPPUNIT_ASSERT_EQUAL_MESSAGE(
                path, std::int64_t{timeout},
                std::int64_t{router_.match(http::Method::post, path).policy->timeout.count()});
    }

    void registersTheRoutes() {
        issuance::IssuanceModule issuance;
        verification::VerificationModule verification;
        issuance.start(context_);
        verification.start(context_);
        for (const char* path : {"/issuance/credentials", "/verification/credentials"}) {
            CPPUNIT_ASSERT_MESSAGE(path, router_.match(http::Method::post, path).handler);
            CPPUNIT_ASSERT_EQUAL(std::string("POST, OPTIONS"),
                                 router_.allowed(path, [](http::Access) { return true; }));
        }
        issuance.stop();
        verification.stop();
    }

    void asksForWhatItStandsOnAndNoMore() {
        issuance::IssuanceModule().start(context_);
        CPPUNIT_ASSERT_EQUAL(std::string("writer "), storage_.asked);
        verification::VerificationModule().start(context_);
        CPPUNIT_ASSERT_EQUAL(std::string("writer reader "), storage_.asked);
    }

    void keysAreAskedForWhereToldSo() {
        for (const auto& [value, issue, verify] :
             {std::tuple{"off", http::Access::anyone, http::Access::anyone},
              std::tuple{"keys", http::Access::issue, http::Access::verify}}) {
            http::Router router;
            start(value, router, true);
            CPPUNIT_ASSERT(accessTo(router, "/issuance/credentials") == issue);
            CPPUNIT_ASSERT(accessTo(router, "/verification/credentials") == verify);
        }
        Settings settings({{"issuance.auth", {"on", "test"}}});
        issuance::IssuanceModule().configure(settings);
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, settings.badValues().size());
    }

    void warnsOfOpenIssuance() {
        const auto warnings = [&](const std::string& auth, bool beyondLoopback) {
            const auto before = logger_.events().size();
            http::Router router;
            start(auth, router, beyondLoopback);
            return logger_.events().size() - before;
        };
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, warnings("off", false));
        CPPUNIT_ASSERT_EQUAL(std::size_t{0}, warnings("keys", true));
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, warnings("off", true));
        CPPUNIT_ASSERT(logger_.events().back().level == LogLevel::warn);
    }

private:
    void start(const std::string& auth, http::Router& router, bool beyondLoopback) {
        Settings settings(
            {{"issuance.auth", {auth, "test"}}, {"verification.auth", {auth, "test"}}});
        const ModuleContext context{router,   storage_,       clock_,    logger_,
                                    metrics_, beyondLoopback, "worker-1"};
        issuance::IssuanceModule issuance;
        issuance.configure(settings);
        issuance.start(context);
        verification::VerificationModule verification;
        verification.configure(settings);
        verification.start(context);
        CPPUNIT_ASSERT(settings.badValues().empty());
    }

    static http::Access accessTo(const http::Router& router, std::string_view path) {
        return router.match(http::Method::post, path).policy->access;
    }

    static std::size_t faults(const std::string& timeout) {
        Settings settings({{"issuance.timeoutMs", {timeout, "test"}},
                           {"verification.timeoutMs", {timeout, "test"}}});
        issuance::IssuanceModule().configure(settings);
        verification::VerificationModule().configure(settings);
        CPPUNIT_ASSERT(settings.unknownKeys().empty());
        return settings.badValues().size();
    }

    IdleStorage storage_;
    FixedClock clock_;
    RecordingLogger logger_;
    http::Router router_;
    host::PrometheusMetrics metrics_;
    const ModuleContext context_{router_, storage_, clock_, logger_, metrics_, true, "worker-1"};
};

CPPUNIT_TEST_SUITE_REGISTRATION(ModuleSettingsTest);

} // namespace kubecred::test
