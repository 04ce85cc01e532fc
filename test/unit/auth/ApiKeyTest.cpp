#include "auth/ApiKey.h"

#include "kubecred/Digest.h"

#include <cppunit/extensions/HelperMacros.h>

#include <set>
#include <string>

namespace kubecred::test {

using auth::createApiKey;
using auth::parseApiKey;
using http::Access;

class ApiKeyTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(ApiKeyTest);
    CPPUNIT_TEST(theEntryHoldsTheDigestOnly);
    CPPUNIT_TEST(keysAreLongAndUrlSafe);
    CPPUNIT_TEST(keysDiffer);
    CPPUNIT_TEST(refusesBadNames);
    CPPUNIT_TEST(refusesBadScopes);
    CPPUNIT_TEST(readsItsOwnEntries);
    CPPUNIT_TEST(readsNoOtherEntry);
    CPPUNIT_TEST_SUITE_END();

public:
    void theEntryHoldsTheDigestOnly() {
        const auto made = createApiKey("ci.Build_1-x", " issue , verify,");
        CPPUNIT_ASSERT(made);
        CPPUNIT_ASSERT_EQUAL("ci.Build_1-x:issue+verify:" + sha256Hex(made->key), made->entry);
        CPPUNIT_ASSERT(createApiKey("a", "admin")->entry.starts_with("a:admin:"));
    }

    void keysAreLongAndUrlSafe() {
        for (int i = 0; i < 50; ++i) {
            const std::string key = createApiKey("a", "verify")->key;
            CPPUNIT_ASSERT_EQUAL(std::size_t{46}, key.size()); // 256 bits, 6 a character
            CPPUNIT_ASSERT(key.starts_with("kc_"));
            CPPUNIT_ASSERT(key.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrs"
                                                 "tuvwxyz0123456789-_") == std::string::npos);
        }
    }

    void keysDiffer() {
        std::set<std::string> keys;
        for (int i = 0; i < 100; ++i)
            keys.insert(createApiKey("a", "verify")->key);
        CPPUNIT_ASSERT_EQUAL(std::size_t{100}, keys.size());
    }

    void refusesBadNames() {
        CPPUNIT_ASSERT(createApiKey(std::string(64, 'a'), "verify"));
        CPPUNIT_ASSERT(createApiKey("kc_registrar", "verify"));
        for (const std::string& name :
             {std::string(), std::string(65, 'a'), std::string("a b"), std::string("a:b"),
              std::string("a,b"), std::string("a+b"), std::string("\xc3\xa4"), std::string("a\n"),
              std::string("a\0", 2), createApiKey("a", "verify")->key})
            CPPUNIT_ASSERT_MESSAGE(name, !createApiKey(name, "verify"));
    }

    void refusesBadScopes() {
        for (const char* scopes : {"", " ", ",", "Issue", "unheard", "issue,unheard",
                                   "issue+verify", "issue verify", "*"})
            CPPUNIT_ASSERT_MESSAGE(scopes, !createApiKey("a", scopes));
    }

    void readsItsOwnEntries() {
        const auto made = createApiKey("ci.Build_1-x", "issue,verify");
        const auto key = parseApiKey(made->entry);
        CPPUNIT_ASSERT(key);
        CPPUNIT_ASSERT_EQUAL(std::string("ci.Build_1-x"), key->name);
        CPPUNIT_ASSERT(key->digest == sha256(made->key));
        CPPUNIT_ASSERT(key->opens(Access::issue) && key->opens(Access::verify));
        CPPUNIT_ASSERT(!key->opens(Access::admin) && !key->opens(Access::anyone));
    }

    void readsNoOtherEntry() {
        const std::string digest = sha256Hex("key");
        CPPUNIT_ASSERT(parseApiKey("a:issue:" + digest));
        for (const std::string& bad :
             {std::string(), std::string("a:issue"), std::string("a:issue:"), "a::" + digest,
              ":issue:" + digest, "a:anyone:" + digest, "a:Issue:" + digest, "a:issue+:" + digest,
              "a:issue,verify:" + digest, "a b:issue:" + digest, "a:issue:" + digest + ":x",
              "a:issue:" + digest.substr(1), "a:issue:" + digest + "0", " a:issue:" + digest})
            CPPUNIT_ASSERT_MESSAGE(bad, !parseApiKey(bad));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(ApiKeyTest);

} // namespace kubecred::test
