#include "http/message/Grammar.h"

#include <cppunit/extensions/HelperMacros.h>

#include <string>

namespace kubecred::test {

class GrammarTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(GrammarTest);
    CPPUNIT_TEST(findsTheAuthority);
    CPPUNIT_TEST(findsThePath);
    CPPUNIT_TEST(findsTheQuery);
    CPPUNIT_TEST(knowsTokens);
    CPPUNIT_TEST_SUITE_END();

public:
    void findsTheAuthority() {
        CPPUNIT_ASSERT_EQUAL(std::string("a:1"),
                             std::string(http::authorityOf("http://a:1/b").value()));
        CPPUNIT_ASSERT_EQUAL(std::string("a"),
                             std::string(http::authorityOf("HTTPS://a?b").value()));
        CPPUNIT_ASSERT_EQUAL(std::string(), std::string(http::authorityOf("http:///a").value()));
        CPPUNIT_ASSERT(!http::authorityOf("/http://a/b"));
        CPPUNIT_ASSERT(!http::authorityOf("ftp://a/b"));
    }

    void findsThePath() {
        CPPUNIT_ASSERT_EQUAL(std::string("/a"), std::string(http::pathOf("/a?b=/c")));
        CPPUNIT_ASSERT_EQUAL(std::string("/b"), std::string(http::pathOf("http://a/b?c")));
        CPPUNIT_ASSERT_EQUAL(std::string("/"), std::string(http::pathOf("http://a")));
        CPPUNIT_ASSERT_EQUAL(std::string("/"), std::string(http::pathOf("http://a?b")));
        CPPUNIT_ASSERT_EQUAL(std::string("*"), std::string(http::pathOf("*")));
    }

    void findsTheQuery() {
        CPPUNIT_ASSERT_EQUAL(std::string("b=/c?d"), std::string(http::queryOf("/a?b=/c?d")));
        CPPUNIT_ASSERT_EQUAL(std::string("b"), std::string(http::queryOf("http://a?b")));
        for (const char* target : {"", "/a", "/a?", "http://a/b", "*"})
            CPPUNIT_ASSERT_EQUAL(std::string(), std::string(http::queryOf(target)));
    }

    void knowsTokens() {
        CPPUNIT_ASSERT(http::isToken("X-Request-Id") && http::isToken("!#$%&'*+-.^_`|~"));
        for (const std::string text : {"", "a b", "a:", "a\t", "\xc3\xa9", "a(", "a\x7f"})
            CPPUNIT_ASSERT_MESSAGE(text, !http::isToken(text));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(GrammarTest);

} // namespace kubecred::test
