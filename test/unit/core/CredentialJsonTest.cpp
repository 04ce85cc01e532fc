#include "kubecred/domain/CredentialJson.h"

#include "kubecred/json/Document.h"
#include "unit/FixedClock.h"

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
    CPPUNIT_TEST(readsNothingThatCouldNotBeIssued);
    CPPUNIT_TEST(readsWhatADatabaseWroteOut);
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
            Uuid::version4(),  "J\xc3\xb6rg \"\\\n", "e@x.org", "t", R"({"a":[1.50]})", "w\"",
            FixedClock().now()};
        const auto read = readFrom(written(credential));
        CPPUNIT_ASSERT(read);
        CPPUNIT_ASSERT_EQUAL(written(credential), written(*read));
        CPPUNIT_ASSERT(read->issuedAt == credential.issuedAt);
    }

    void readsNothingThatIsNotWhole() {
        const std::string whole = written({{}, "n", "e@x.org", "t", "{}", "w", {}});
        CPPUNIT_ASSERT(readFrom(whole));
        for (const std::string part :
             {"id", "name", "email", "credentialType", "metadata", "issuedBy", "issuedAt"}) {
            std::string other = whole;
            other.replace(other.find('"' + part + '"'), part.size() + 2, "\"other\"");
            CPPUNIT_ASSERT_MESSAGE(part, !readFrom(other));
        }
        for (const std::string text : {"{}", "null", "[]", "\"id\"", "1"})
            CPPUNIT_ASSERT_MESSAGE(text, !readFrom(text));
        for (const auto& [good, bad] :
             {std::pair<std::string, std::string>{R"("metadata":{})", R"("metadata":"{}")"},
              {R"("metadata":{})", R"("metadata":null)"},
              {R"("name":"n")", R"("name":1)"},
              {R"("id":"0)", R"("id":"x)"},
              {"1970-01-01", "1970-02-30"}}) {
            std::string other = whole;
            other.replace(other.find(good), good.size(), bad);
            CPPUNIT_ASSERT_MESSAGE(bad, !readFrom(other));
        }
    }

    void readsNothingThatCouldNotBeIssued() {
        const Credential good{{}, "n", "e@x.org", "t", "{}", "w", {}};
        const auto refuse = [&](const char* what, auto change) {
            Credential bad = good;
            change(bad);
            CPPUNIT_ASSERT_MESSAGE(what, !readFrom(written(bad)));
        };
        refuse("no name", [](auto& bad) { bad.name.clear(); });
        refuse("long name", [](auto& bad) { bad.name = std::string(256, 'n'); });
        refuse("NUL in the name", [](auto& bad) { bad.name.push_back('\0'); });
        refuse("no e-mail", [](auto& bad) { bad.email.clear(); });
        refuse("bad e-mail", [](auto& bad) { bad.email = "e@x"; });
        refuse("long e-mail", [](auto& bad) { bad.email = std::string(255, 'e') + "@x.org"; });
        refuse("no type", [](auto& bad) { bad.credentialType.clear(); });
        refuse("long type", [](auto& bad) { bad.credentialType = std::string(101, 't'); });
        refuse("no issuer", [](auto& bad) { bad.issuedBy.clear(); });
        refuse("long issuer", [](auto& bad) { bad.issuedBy = std::string(256, 'w'); });
        for (const char* metadata :
             {"[]", R"({"a":"\u0000"})", R"({"a":1e400})", R"({"a":-1e999})"})
            refuse(metadata, [&](auto& bad) { bad.metadata = metadata; });
        const std::string most(255, 'n');
        CPPUNIT_ASSERT(
            readFrom(written({{}, most, "e@x.org", std::string(100, 't'), "{}", most, {}})));
    }

    // As PostgreSQL writes 1e308 and 1e-300, and the earlier implementation 1e20.
    void readsWhatADatabaseWroteOut() {
        for (const std::string& number :
             {"1" + std::string(308, '0'), "0." + std::string(299, '0') + "1",
              "100000000000000000000" + std::string(), "0." + std::string(1500, '1')}) {
            const std::string metadata = R"({"1e400":"1e400","a":[)" + number + "]}";
            const auto read = readFrom(written({{}, "n", "e@x.org", "t", metadata, "w", {}}));
            CPPUNIT_ASSERT_MESSAGE(number, read);
            CPPUNIT_ASSERT_EQUAL(metadata, read->metadata);
        }
    }

private:
    static std::optional<Credential> readFrom(const std::string& json) {
        const auto document = json::parse(json);
        return readCredential(document.root());
    }

    static std::string written(const Credential& credential) {
        json::Writer writer;
        writeCredential(writer, credential);
        return std::move(writer).text();
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(CredentialJsonTest);

} // namespace kubecred::test
