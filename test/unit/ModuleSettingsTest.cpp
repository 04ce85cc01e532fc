#include "FixedClock.h"
#include "IssuanceModule.h"
#include "RecordingLogger.h"
#include "VerificationModule.h"

#include <cppunit/extensions/HelperMacros.h>

#include <optional>
#include <string>

namespace kubecred::test {

namespace {

class IdleStore final : public CredentialReader, public CredentialWriter {
public:
    std::optional<Credential> find(const Uuid&, Deadline) override { return std::nullopt; }
    IssueOutcome issue(const Credential&, Deadline) override { return Issued{}; }
};

} // namespace

class ModuleSettingsTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(ModuleSettingsTest);
    CPPUNIT_TEST(checksTheTimeouts);
    CPPUNIT_TEST(registersTheRoutes);
    CPPUNIT_TEST_SUITE_END();

public:
    void checksTheTimeouts() {
        for (const char* good : {"100", "2000", "10000"})
            CPPUNIT_ASSERT_EQUAL_MESSAGE(good, std::size_t{0}, faults(good));
        for (const char* bad : {"99", "10001", "", "2s"})
            CPPUNIT_ASSERT_EQUAL_MESSAGE(bad, std::size_t{2}, faults(bad));
    }

    void registersTheRoutes() {
        IdleStore store;
        FixedClock clock;
        RecordingLogger logger;
        http::Router router;
        const ModuleContext context{router, store, store, clock, logger, "worker-1"};
        issuance::IssuanceModule issuance;
        verification::VerificationModule verification;
        issuance.start(context);
        verification.start(context);
        for (const char* path : {"/issuance/credentials", "/verification/credentials"}) {
            CPPUNIT_ASSERT_MESSAGE(path, router.match(http::Method::post, path).handler);
            CPPUNIT_ASSERT_EQUAL(std::string("POST, OPTIONS"),
                                 router.match(http::Method::get, path).allow);
        }
        issuance.stop();
        verification.stop();
    }

private:
    static std::size_t faults(const std::string& timeout) {
        Settings settings({{"issuance.timeoutMs", {timeout, "test"}},
                           {"verification.timeoutMs", {timeout, "test"}}});
        issuance::IssuanceModule().configure(settings);
        verification::VerificationModule().configure(settings);
        CPPUNIT_ASSERT(settings.unknownKeys().empty());
        return settings.badValues().size();
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(ModuleSettingsTest);

} // namespace kubecred::test
