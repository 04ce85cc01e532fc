#include "functional/Expectations.h"
#include "support/Daemon.h"
#include "support/RawConnection.h"

#include <signal.h>

namespace kubecred::test {

/// What a client was told stays true, however the daemon has ended since.
class RestartTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(RestartTest);
    CPPUNIT_TEST(keepsCredentialsOverARestart);
    CPPUNIT_TEST(keepsCredentialsOverAKill);
    CPPUNIT_TEST(servesOneFileFromTwoProcesses);
    CPPUNIT_TEST_SUITE_END();

public:
    void setUp() override {
        properties_ = sqliteProperties();
        properties_["database.path"] = (directory_.path() / "data" / "test.db").string();
    }

    void keepsCredentialsOverARestart() {
        std::string id;
        {
            Daemon daemon({properties_});
            id = issue(daemon, "Ada");
            CPPUNIT_ASSERT_EQUAL(0, daemon.stop());
        }
        assertKept(id, "Ada");
    }

    void keepsCredentialsOverAKill() {
        for (int round = 0; round < 5; ++round) {
            const std::string name = "Ada " + std::to_string(round);
            std::string id;
            {
                Daemon daemon({properties_});
                id = issue(daemon, name);
                daemon.process().signal(SIGKILL);
                CPPUNIT_ASSERT_EQUAL(128 + SIGKILL, daemon.process().wait().value_or(-1));
            }
            assertKept(id, name);
        }
    }

    void servesOneFileFromTwoProcesses() {
        Daemon one({properties_});
        Daemon two({properties_});
        for (int i = 0; i < 10; ++i) {
            const std::string name = "Ada " + std::to_string(i);
            assertServedBy(two, issue(one, name), name);
        }
    }

private:
    static std::string issue(const Daemon& daemon, const std::string& name) {
        daemon.waitForStatus("healthy");
        const auto issued = post(daemon.port(), "/issuance/credentials", issueBody(name));
        CPPUNIT_ASSERT_EQUAL(201, issued.status);
        return issued.text("credential.id");
    }

    void assertKept(const std::string& id, const std::string& name) const {
        assertServedBy(Daemon({properties_}), id, name);
    }

    static void assertServedBy(const Daemon& daemon, const std::string& id,
                               const std::string& name) {
        daemon.waitForStatus("healthy");
        const auto verified = post(daemon.port(), "/verification/credentials", verifyBody(id));
        CPPUNIT_ASSERT_EQUAL(200, verified.status);
        CPPUNIT_ASSERT_EQUAL(name, verified.text("credential.name"));
        const auto refused = post(daemon.port(), "/issuance/credentials", issueBody(name));
        CPPUNIT_ASSERT_EQUAL(409, refused.status);
        CPPUNIT_ASSERT_EQUAL(id, refused.text("existingCredential.id"));
    }

    TemporaryDirectory directory_;
    std::map<std::string, std::string> properties_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(RestartTest);

} // namespace kubecred::test
