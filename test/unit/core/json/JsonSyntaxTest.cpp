#include "kubecred/json/Document.h"

#include "unit/ThrownError.h"

#include <cppunit/extensions/HelperMacros.h>

#include <string>

namespace kubecred::test {

class JsonSyntaxTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(JsonSyntaxTest);
    CPPUNIT_TEST(refusesWhatIsNoJson);
    CPPUNIT_TEST(refusesMalformedNumbers);
    CPPUNIT_TEST(saysWhatIsWrong);
    CPPUNIT_TEST(saysNothingOfTheText);
    CPPUNIT_TEST_SUITE_END();

public:
    void refusesWhatIsNoJson() {
        for (const char* text : {" ",
                                 "\n",
                                 "{",
                                 "}",
                                 "[",
                                 "]",
                                 "{]",
                                 "[}",
                                 "{}{}",
                                 "{} {}",
                                 "{},",
                                 "{}x",
                                 "[]]",
                                 "{}\n1",
                                 "1 2",
                                 "\"a\" \"b\"",
                                 "nul",
                                 "True",
                                 "NULL",
                                 "nullx",
                                 "NaN",
                                 "Infinity",
                                 "undefined",
                                 "'a'",
                                 "{a:1}",
                                 "{'a':1}",
                                 "{\"a\"}",
                                 "{\"a\":}",
                                 "{\"a\" 1}",
                                 "{\"a\":1,}",
                                 "[1,]",
                                 "[,1]",
                                 "[1 2]",
                                 "{,}",
                                 "{\"a\":1 \"b\":2}",
                                 "{1:2}",
                                 "{null:1}",
                                 "\"",
                                 "\"a",
                                 "{\"a\":\"b}",
                                 "\"\\x\"",
                                 "\"\\u12\"",
                                 "\"\\u12g4\"",
                                 "\"\\",
                                 "\"\\\"",
                                 "// c\n{}",
                                 "{}// c",
                                 "/* c */{}",
                                 "{\"a\":1/* c */}",
                                 "# c\n{}",
                                 "\xef\xbb\xbf\xef\xbb\xbf{}",
                                 "\xef\xbb{}",
                                 " \xef\xbb\xbf{}",
                                 "{}\xef\xbb\xbf",
                                 "\v{}",
                                 "\f{}",
                                 "\xc2\xa0{}"})
            CPPUNIT_ASSERT_MESSAGE(text, isRefused(text));
        CPPUNIT_ASSERT(isRefused(std::string(100000, ' ')));
        CPPUNIT_ASSERT(isRefused(std::string("{}\0", 3)));
        CPPUNIT_ASSERT(isRefused(std::string("\0{}", 3)));
        CPPUNIT_ASSERT(isRefused(std::string("{\0}", 3)));
    }

    void refusesMalformedNumbers() {
        for (const std::string number : {"01",
                                         "-01",
                                         "00",
                                         "-",
                                         "--1",
                                         "+1",
                                         ".5",
                                         "1.",
                                         "-.5",
                                         "1.e5",
                                         "1e",
                                         "1e+",
                                         "1E-",
                                         "1e5.5",
                                         "1-2",
                                         "1+2",
                                         "1e5e5",
                                         "1.2.3",
                                         "01e500",
                                         "1e500-",
                                         "1e400e",
                                         "0x10",
                                         "1_0",

                                         "-e5",
                                         "1e400 1",
                                         "1e400\"a\"",
                                         "1e400true",
                                         "-9223372036854775809-",
                                         "00009223372036854775809",
                                         "1f",
                                         "0e",
                                         "-a"})
            for (const auto& text : {number, "[" + number + "]", "{\"a\":" + number + "}"})
                CPPUNIT_ASSERT_MESSAGE(text, isRefused(text));
    }

    void saysWhatIsWrong() {
        const struct {
            const char* text;
            const char* detail;
        } cases[] = {{"{\"a\":\xff}", "not UTF-8"},
                     {"\xef\xbb\xbf\xff", "not UTF-8"},
                     {" \n", "white space only"},
                     {"\xef\xbb\xbf ", "white space only"},
                     {R"({"m":{"a\u0000":1}})", "NUL in a key"},
                     {R"({"a":1,"a":2})", "duplicate key"},
                     {"\"\xc3(\"", "not a JSON text"},
                     {R"("\ud800")", "not a JSON text"},
                     {"{", "not a JSON text"}};
        for (const auto& [text, detail] : cases)
            CPPUNIT_ASSERT_EQUAL_MESSAGE(text, std::string(detail),
                                         thrownError([&] { json::parse(text); }).detail());
        CPPUNIT_ASSERT_EQUAL(std::string("too many values"),
                             thrownError([] { json::parse("[1,2]", {.nodes = 2}); }).detail());
    }

    void saysNothingOfTheText() {
        for (const char* text :
             {"{\"secret\":", R"({"secret":1,"secret":2})", R"({"secret\u0000":1})", "secret"}) {
            const Error error = thrownError([&] { json::parse(text); });
            CPPUNIT_ASSERT_EQUAL(std::string("Malformed JSON"), std::string(error.what()));
            CPPUNIT_ASSERT_MESSAGE(error.detail(),
                                   error.detail().find("secret") == std::string::npos);
        }
    }

private:
    static bool isRefused(const std::string& text) {
        try {
            json::parse(text);
            return false;
        } catch (const Error& error) {
            CPPUNIT_ASSERT(error.kind() == ErrorKind::malformedRequest);
            return true;
        }
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(JsonSyntaxTest);

} // namespace kubecred::test
