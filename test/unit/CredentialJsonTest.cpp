#include "kubecred/domain/CredentialJson.h"

#include "FixedClock.h"

#include <cppunit/extensions/HelperMacros.h>

#include <string>
#include <utility>

namespace kubecred::test {

class CredentialJsonTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(CredentialJsonTest);
    CPPUNIT_TEST(writesTheContractsMembers);
    CPPUNIT_TEST(escapesTexts);
    CPPUNIT_TEST(readsWhatItWrote);
    CPPUNIT_TEST(readsNothingThatIsNotWhole);
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

    void readsWhatItWrote() {
        const Credential credential{
            Uuid::version4(),  "J\xc3\xb6rg \"\\\n", "e", "t", R"({"a":[1.50]})", "w\"",
            FixedClock().now()};
        const auto read = readCredential(json::parse(written(credential)));
        CPPUNIT_ASSERT(read);
        CPPUNIT_ASSERT_EQUAL(written(credential), written(*read));
        CPPUNIT_ASSERT(read->issuedAt == credential.issuedAt);
    }

    void readsNothingThatIsNotWhole() {
        const std::string whole = written({{}, "n", "e", "t", "{}", "w", {}});
        CPPUNIT_ASSERT(readCredential(json::parse(whole)));
        for (const std::string part :
             {"id", "name", "email", "credentialType", "metadata", "issuedBy", "issuedAt"}) {
            std::string other = whole;
            other.replace(other.find('"' + part + '"'), part.size() + 2, "\"other\"");
            CPPUNIT_ASSERT_MESSAGE(part, !readCredential(json::parse(other)));
        }
        for (const std::string text : {"{}", "null", "[]", "\"id\"", "1"})
            CPPUNIT_ASSERT_MESSAGE(text, !readCredential(json::parse(text)));
        for (const auto& [good, bad] :
             {std::pair<std::string, std::string>{R"("metadata":{})", R"("metadata":"{}")"},
              {R"("metadata":{})", R"("metadata":null)"},
              {R"("name":"n")", R"("name":1)"},
              {R"("id":"0)", R"("id":"x)"},
              {"1970-01-01", "1970-02-30"}}) {
            std::string other = whole;
            other.replace(other.find(good), good.size(), bad);
            CPPUNIT_ASSERT_MESSAGE(bad, !readCredential(json::parse(other)));
        }
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
