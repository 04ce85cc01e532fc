#include "support/Daemon.h"
#include "support/RawConnection.h"

#include <cppunit/extensions/HelperMacros.h>

namespace kubecred::test {

/// The project's main job, on a database on disk.
class FirstCredentialTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(FirstCredentialTest);
    CPPUNIT_TEST(isIssuedRefusedAndVerified);
    CPPUNIT_TEST_SUITE_END();

public:
    void isIssuedRefusedAndVerified() {
        Daemon daemon({sqliteProperties(), {{"WORKER_ID", "worker-1"}}});
        daemon.waitForStatus("healthy");
        const std::string ada =
            R"({"name":"Ada","email":"ada@example.org","credentialType":"degree"})";

        const auto issued = post(daemon.port(), "/issuance/credentials", ada);
        CPPUNIT_ASSERT_EQUAL(201, issued.status);
        CPPUNIT_ASSERT_EQUAL(std::string("credential issued by worker-1"), issued.text("message"));
        const auto refused = post(daemon.port(), "/issuance/credentials", ada);
        CPPUNIT_ASSERT_EQUAL(409, refused.status);
        const std::string id = refused.text("existingCredential.id");
        CPPUNIT_ASSERT_EQUAL(issued.text("credential.id"), id);
        const auto verified =
            post(daemon.port(), "/verification/credentials", R"({"id":")" + id + R"("})");
        CPPUNIT_ASSERT_EQUAL(200, verified.status);
        CPPUNIT_ASSERT_EQUAL(std::string("Ada"), verified.text("credential.name"));

        CPPUNIT_ASSERT_EQUAL(0, daemon.stop());
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(FirstCredentialTest);

} // namespace kubecred::test
