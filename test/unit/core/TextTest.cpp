#include "kubecred/Text.h"

#include <cppunit/extensions/HelperMacros.h>

#include <string>

namespace kubecred::test {

namespace {

std::string joined(std::string_view list) {
    std::string text;
    for (const auto part : splitList(list))
        text.append("[").append(part).append("]");
    return text;
}

} // namespace

class TextTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(TextTest);
    CPPUNIT_TEST(comparesIgnoringAsciiCase);
    CPPUNIT_TEST(knowsUtf8);
    CPPUNIT_TEST(trims);
    CPPUNIT_TEST(splitsLists);
    CPPUNIT_TEST(splitsAtDelimiters);
    CPPUNIT_TEST_SUITE_END();

public:
    void comparesIgnoringAsciiCase() {
        CPPUNIT_ASSERT(equalsIgnoringCase("", ""));
        CPPUNIT_ASSERT(equalsIgnoringCase("Content-TYPE", "content-type"));
        CPPUNIT_ASSERT(!equalsIgnoringCase("abc", "abcd"));
        CPPUNIT_ASSERT(!equalsIgnoringCase("a[", "a{"));
        CPPUNIT_ASSERT(!equalsIgnoringCase("@", "`"));
        CPPUNIT_ASSERT(!equalsIgnoringCase("\xc3\x84", "\xc3\xa4"));
    }

    void knowsUtf8() {
        for (const char* text : {"", "a", "\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80",
                                 "\xed\x9f\xbf", "\xee\x80\x80", "\xef\xbf\xbf", "\xf0\x90\x80\x80",
                                 "\xf4\x8f\xbf\xbf", "J\xc3\xb6rg"})
            CPPUNIT_ASSERT_MESSAGE(text, isUtf8(text));
        CPPUNIT_ASSERT(isUtf8(std::string_view("a\0b", 3)));
        for (const char* text : {"\x80", "\xc0\x80", "\xc1\xbf", "\xc2",
                                 "\xc2"
                                 "a",
                                 "\xe0\x9f\xbf", "\xe2\x82",
                                 "\xe2\x82"
                                 "a",
                                 "\xed\xa0\x80", "\xf0\x8f\xbf\xbf", "\xf0\x90\x80",
                                 "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "a\xc3"})
            CPPUNIT_ASSERT_MESSAGE(text, !isUtf8(text));
    }

    void trims() {
        CPPUNIT_ASSERT_EQUAL(std::string("a b"), std::string(trim(" \t a b\t ")));
        CPPUNIT_ASSERT_EQUAL(std::string(), std::string(trim(" \t ")));
        CPPUNIT_ASSERT_EQUAL(std::string(), std::string(trim("")));
        CPPUNIT_ASSERT_EQUAL(std::string("\na\r"), std::string(trim("\na\r")));
    }

    void splitsLists() {
        CPPUNIT_ASSERT_EQUAL(std::string(), joined(""));
        CPPUNIT_ASSERT_EQUAL(std::string(), joined(" ,, \t,"));
        CPPUNIT_ASSERT_EQUAL(std::string("[a]"), joined("a"));
        CPPUNIT_ASSERT_EQUAL(std::string("[a][b c][d]"), joined(" a , b c,,d, "));
    }

    void splitsAtDelimiters() {
        using Parts = std::vector<std::string_view>;
        CPPUNIT_ASSERT(split("", ":") == Parts{""});
        CPPUNIT_ASSERT(split("a", ":") == Parts{"a"});
        CPPUNIT_ASSERT((split(":a::b:", ":") == Parts{"", "a", "", "b", ""}));
        CPPUNIT_ASSERT((split("a, b\nc", ", \n") == Parts{"a", "", "b", "c"}));
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(TextTest);

} // namespace kubecred::test
