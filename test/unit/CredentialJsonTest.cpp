#include "kubecred/domain/CredentialJson.h"

#include "FixedClock.h"

#include <cppunit/extensions/HelperMacros.h>

#include <string>

namespace kubecred::test {

class CredentialJsonTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(CredentialJsonTest);
    CPPUNIT_TEST(writesTheContractsMembers);
    CPPUNIT_TEST(escapesTexts);
    CPPUNIT_TEST_SUITE_END();

public:
    void writesTheContractsMembers() {
        const Credential credential{*Uuid::parse("018F3C00-ABCD-7DEF-8123-456789ABCDEF"),
                                    "Ada",
                                    "ada@example.org",
                                    "passport",
                                    R"({"level":1.50})",
                                    "worker-1",
                                    FixedClock().now()};
        CPPUNIT_ASSERT_EQUAL(
            std::string(R"({"id":"018f3c00-abcd-7def-8123-456789abcdef","name":"Ada",)"
                        R"("email":"ada@example.org","credentialType":"passport",)"
                        R"("metadata":{"level":1.50},"issuedBy":"worker-1",)"
                        R"("issuedAt":"2026-01-31T09:05:00.042Z"})"),
            written(credential));
    }

    void escapesTexts() {
        const Credential credential{{}, "\"\\\n", "e", "t", "{}", "w\"", {}};
        const std::string text = written(credential);
        CPPUNIT_ASSERT(text.find(R"("name":"\"\\\n")") != std::string::npos);
        CPPUNIT_ASSERT(text.find(R"("issuedBy":"w\"")") != std::string::npos);
    }

private:
    static std::string written(const Credential& credential) {
        json::Writer writer;
        writeCredential(writer, credential);
        return std::move(writer).text();
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(CredentialJsonTest);

} // namespace kubecred::test
