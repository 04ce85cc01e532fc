#include "functional/Expectations.h"
#include "support/Certificates.h"
#include "support/Daemon.h"
#include "support/PostgresServer.h"
#include "support/RawConnection.h"

namespace kubecred::test {

/// A database whose certificate is checked, as AWS's is: `verify-full`.
class DatabaseTlsTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(DatabaseTlsTest);
    CPPUNIT_TEST(isEncryptedAndChecked);
    CPPUNIT_TEST(refusesAnotherHostsCertificate);
    CPPUNIT_TEST(refusesAnUnknownAuthority);
    CPPUNIT_TEST(refusesAServerWithoutTls);
    CPPUNIT_TEST_SUITE_END();

public:
    void isEncryptedAndChecked() {
        const auto& server = shared().server;
        const auto properties = propertiesFor("localhost", shared().certificates.authority());
        CPPUNIT_ASSERT_EQUAL(0, runProgram(properties, {"--migrate"}).status);
        Daemon daemon({properties});
        daemon.waitForStatus("healthy");
        CPPUNIT_ASSERT_EQUAL(201,
                             post(daemon.port(), "/issuance/credentials", issueBody("Ada")).status);
        CPPUNIT_ASSERT_EQUAL(
            std::string("t\n"),
            server.query("postgres", "SELECT bool_and(ssl) FROM pg_stat_ssl JOIN pg_stat_activity "
                                     "USING (pid) WHERE application_name = 'kube-credential'"));
    }

    void refusesAnotherHostsCertificate() {
        assertRefused(propertiesFor("127.0.0.1", shared().certificates.authority()));
    }

    void refusesAnUnknownAuthority() {
        const Certificates others("DNS:localhost");
        assertRefused(propertiesFor("localhost", others.authority()));
    }

    void refusesAServerWithoutTls() {
        PostgresServer plain;
        auto properties = propertiesFor("localhost", shared().certificates.authority());
        properties["database.port"] = std::to_string(plain.port());
        assertRefused(properties);
    }

private:
    struct Shared {
        Certificates certificates{"DNS:localhost"};
        PostgresServer server{{.settings = {"ssl=on", "ssl_cert_file=" + certificates.certificate(),
                                            "ssl_key_file=" + certificates.key()}}};
        std::string database = server.createDatabase();
    };

    static Shared& shared() {
        static Shared shared;
        return shared;
    }

    static std::map<std::string, std::string> propertiesFor(const std::string& host,
                                                            const std::string& authority) {
        auto properties = postgresProperties(shared().server.port(), shared().database);
        properties["database.host"] = host;
        properties["database.sslMode"] = "verify-full";
        properties["database.sslRootCert"] = authority;
        return properties;
    }

    static void assertRefused(const std::map<std::string, std::string>& properties) {
        const auto migrated = runProgram(properties, {"--migrate"});
        CPPUNIT_ASSERT_EQUAL(69, migrated.status);
        assertContains(migrated.errors, "TLS");
        Daemon daemon({properties});
        daemon.waitForStatus("degraded");
        CPPUNIT_ASSERT_EQUAL(503,
                             post(daemon.port(), "/issuance/credentials", issueBody("Ada")).status);
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(DatabaseTlsTest);

} // namespace kubecred::test
