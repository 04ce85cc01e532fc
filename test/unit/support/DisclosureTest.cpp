#include "support/Disclosure.h"

#include <cppunit/extensions/HelperMacros.h>

#include <string>

namespace kubecred::test {

/// The filter that looks at every answer and every log of the functional tests.
class DisclosureTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(DisclosureTest);
    CPPUNIT_TEST(findsWhatNoAnswerMayTell);
    CPPUNIT_TEST(findsWhatNoLogMayTell);
    CPPUNIT_TEST(letsCredentialsPass);
    CPPUNIT_TEST(letsOrdinaryTextsPass);
    CPPUNIT_TEST_SUITE_END();

public:
    void findsWhatNoAnswerMayTell() {
        for (const char* text :
             {"INSERT INTO credentials", "relation \"credentials\" does not exist",
              "/usr/lib/x86_64-linux-gnu/libpq.so.5", "connection to 127.0.0.1 refused",
              "std::bad_alloc", "Poco::Exception", "ada@example.org", "Ada Lovelace", "open sesame",
              "0x7f00deadbeef", "no password"})
            CPPUNIT_ASSERT_MESSAGE(text, !disclosureIn(HttpAnswer{500, {}, text}).empty());
        CPPUNIT_ASSERT(!disclosureIn(HttpAnswer{200, {{"server", "Poco::Net"}}, "{}"}).empty());
    }

    void findsWhatNoLogMayTell() {
        for (const char* text :
             {"SELECT id", "ada@example.org", "/tmp/x", "kc_abc", "terminate called"})
            CPPUNIT_ASSERT_MESSAGE(text, !disclosureIn(std::string_view(text)).empty());
    }

    void letsCredentialsPass() {
        const std::string body = R"({"credential":{"name":"Ada Lovelace"}})";
        CPPUNIT_ASSERT_EQUAL(std::string(), disclosureIn(HttpAnswer{201, {}, body}));
        CPPUNIT_ASSERT(!disclosureIn(HttpAnswer{404, {}, body}).empty());
    }

    void letsOrdinaryTextsPass() {
        CPPUNIT_ASSERT_EQUAL(std::string(), disclosureIn(HttpAnswer{404, {}, "Not found"}));
        CPPUNIT_ASSERT_EQUAL(std::string(),
                             disclosureIn(std::string_view(R"({"route":"/health","status":200})")));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(DisclosureTest);

} // namespace kubecred::test
