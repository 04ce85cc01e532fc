#include "auth/Authorizer.h"

#include <cppunit/extensions/HelperMacros.h>

#include <string>
#include <utility>
#include <vector>

namespace kubecred::test {

using http::Access;

class AuthorizerTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(AuthorizerTest);
    CPPUNIT_TEST(anyoneNeedsNoKey);
    CPPUNIT_TEST(takesAKeyInEitherHeader);
    CPPUNIT_TEST(refusesWhoCarriesNone);
    CPPUNIT_TEST(refusesWhoCarriesSeveral);
    CPPUNIT_TEST(refusesUnknownKeys);
    CPPUNIT_TEST(refusesKeysWithoutTheScope);
    CPPUNIT_TEST(whatIsForAdminsIsNotThereWithoutOne);
    CPPUNIT_TEST(whatIsForPeersIsNotThereWithoutOne);
    CPPUNIT_TEST_SUITE_END();

    using Headers = std::vector<http::Header>;

public:
    void anyoneNeedsNoKey() {
        for (const Headers& headers : {Headers{}, Headers{{"X-API-Key", "wrong"}}}) {
            const auto decision = decide(headers, Access::anyone);
            CPPUNIT_ASSERT(!decision.refusal);
            CPPUNIT_ASSERT_EQUAL(std::string(), decision.principal.keyName);
        }
    }

    void takesAKeyInEitherHeader() {
        for (const http::Header header : {http::Header{"Authorization", "Bearer secret"},
                                          {"authorization", "bearer  secret "},
                                          {"X-API-Key", "secret"},
                                          {"x-api-key", " secret "}}) {
            const auto decision = decide({header}, Access::issue);
            CPPUNIT_ASSERT_MESSAGE(std::string(header.value), !decision.refusal);
            CPPUNIT_ASSERT_EQUAL(std::string("issuer"), decision.principal.keyName);
        }
        // What is for somebody before us does not count.
        CPPUNIT_ASSERT(
            !decide({{"Authorization", "Basic eDp5"}, {"X-API-Key", "secret"}}, Access::issue)
                 .refusal);
    }

    void refusesWhoCarriesNone() {
        for (const http::Header header : {http::Header{"Authorization", "secret"},
                                          {"Authorization", "Bearersecret"},
                                          {"Authorization", "Bearer"},
                                          {"Authorization", "Basic secret"},
                                          {"Authorization", "Token secret"},
                                          {"X-API-Token", "secret"},
                                          {"Api-Key", "secret"},
                                          {"Cookie", "X-API-Key=secret"}})
            expect(ErrorKind::unauthorized, "no API key", decide({header}, Access::issue));
        expect(ErrorKind::unauthorized, "no API key", decide({}, Access::issue));
    }

    void refusesWhoCarriesSeveral() {
        for (const Headers& headers :
             {Headers{{"X-API-Key", "secret"}, {"X-API-Key", "secret"}},
              Headers{{"Authorization", "Bearer secret"}, {"X-API-Key", "secret"}},
              Headers{{"Authorization", "Bearer wrong"}, {"Authorization", "Bearer secret"}}})
            expect(ErrorKind::unauthorized, "several API keys", decide(headers, Access::issue));
    }

    void refusesUnknownKeys() {
        for (const std::string& key :
             {std::string("secre"), std::string("secret1"), std::string("Secret"), std::string(),
              std::string("issuer"), sha256Hex("secret"), std::string(16000, 's')})
            expect(ErrorKind::unauthorized, "unknown API key",
                   decide({{"X-API-Key", key}}, Access::issue));
    }

    void refusesKeysWithoutTheScope() {
        const auto decision = decide({{"X-API-Key", "secret"}}, Access::verify);
        expect(ErrorKind::forbidden, "scope missing", decision);
        CPPUNIT_ASSERT_EQUAL(std::string("issuer"), decision.principal.keyName);
    }

    void whatIsForAdminsIsNotThereWithoutOne() {
        expect(ErrorKind::notFound, "no key has the scope admin",
               decide({{"X-API-Key", "secret"}}, Access::admin));
        ring_.replace({{"root", {Access::admin}, sha256("root")}});
        expect(ErrorKind::unauthorized, "unknown API key",
               decide({{"X-API-Key", "secret"}}, Access::admin));
        CPPUNIT_ASSERT(!decide({{"X-API-Key", "root"}}, Access::admin).refusal);
        expect(ErrorKind::forbidden, "scope missing",
               decide({{"X-API-Key", "root"}}, Access::issue)); // not even for an admin
    }

    void whatIsForPeersIsNotThereWithoutOne() {
        expect(ErrorKind::notFound, "no key has the scope peer",
               decide({{"X-API-Key", "secret"}}, Access::peer));
        ring_.replace({{"root", {Access::admin}, sha256("root")},
                       {"cross-check", {Access::peer}, sha256("peer")}});
        CPPUNIT_ASSERT(!decide({{"X-API-Key", "peer"}}, Access::peer).refusal);
        expect(ErrorKind::forbidden, "scope missing",
               decide({{"X-API-Key", "root"}}, Access::peer));
        expect(ErrorKind::forbidden, "scope missing",
               decide({{"X-API-Key", "peer"}}, Access::admin));
    }

private:
    auth::Decision decide(Headers headers, Access access) const {
        http::Request request;
        request.headers = std::move(headers);
        return authorizer_.decide(request, access);
    }

    static void expect(ErrorKind kind, const std::string& detail, const auth::Decision& decision) {
        CPPUNIT_ASSERT_MESSAGE(detail, decision.refusal);
        CPPUNIT_ASSERT_EQUAL(detail, decision.refusal->detail());
        CPPUNIT_ASSERT(decision.refusal->kind() == kind);
        CPPUNIT_ASSERT(std::string(decision.refusal->what()).find("secret") == std::string::npos);
    }

    auth::KeyRing ring_{{{"issuer", {Access::issue}, sha256("secret")}}};
    const auth::Authorizer authorizer_{ring_};
};

CPPUNIT_TEST_SUITE_REGISTRATION(AuthorizerTest);

} // namespace kubecred::test
