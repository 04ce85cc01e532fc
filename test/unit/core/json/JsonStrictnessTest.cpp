#include "kubecred/json/Document.h"

#include "unit/ThrownError.h"

#include <cppunit/extensions/HelperMacros.h>

#include <string>

namespace kubecred::test {

class JsonStrictnessTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(JsonStrictnessTest);
    CPPUNIT_TEST(refusesAKeyTwice);
    CPPUNIT_TEST(refusesNulInKeys);
    CPPUNIT_TEST(boundsDepth);
    CPPUNIT_TEST(boundsDepthAsAsked);
    CPPUNIT_TEST(boundsTheNumberOfNodes);
    CPPUNIT_TEST(refusesLoneSurrogates);
    CPPUNIT_TEST(refusesBadUtf8);
    CPPUNIT_TEST(refusesControlCharacters);
    CPPUNIT_TEST_SUITE_END();

public:
    void refusesAKeyTwice() {
        for (const char* text :
             {R"({"a":1,"a":1})", R"({"a":1,"b":2,"a":3})", R"({"":1,"":2})",
              R"({"m":{"a":1,"a":2}})", R"([{"a":1,"a":2}])", R"({"m":[{"x":{"a":1,"a":2}}]})",
              R"({"a":1,"\u0061":2})", R"({"m":{"\u00e4":1,"ä":2}})", R"({"a":{},"a":{}})"})
            CPPUNIT_ASSERT_MESSAGE(text, isRefused(text));
        for (const char* text : {R"({"a":1,"A":2})", R"({"a":{"a":{"a":1}}})",
                                 R"([{"a":1},{"a":2}])", R"({"a":[{"a":1},{"a":2}],"b":{"a":1}})",
                                 R"({"a":"a","b":"a"})", R"({"a":1,"a ":2})"})
            CPPUNIT_ASSERT_MESSAGE(text, !isRefused(text));
    }

    void refusesNulInKeys() {
        for (const char* text :
             {R"({"\u0000":1})", R"({"a\u0000b":1})", R"({"a\u0000":1,"a":2})",
              R"({"m":{"\u0000":1}})", R"([{"x":[{"a\u0000":1}]}])", "{\"a\\u0000\" \t\r\n: 1}",
              R"({"\\\u0000":1})", R"({"a\"\u0000":1})"})
            CPPUNIT_ASSERT_MESSAGE(text, isRefused(text));
        CPPUNIT_ASSERT(isRefused(std::string("{\"a\0\":1}", 8)));
        CPPUNIT_ASSERT(isRefused(R"({"\u00000":1})")); // NUL and a 0
        for (const char* text :
             {R"({"\\u0000":1})", R"({"a":"\u0000"})", R"({"\\\\u0000":1})",
              R"({"m":{"\\u0000":"\u0000"}})", R"(["\u0000",{"a":1}])", R"({"u0000":1})"})
            CPPUNIT_ASSERT_MESSAGE(text, !isRefused(text));
    }

    void boundsDepth() {
        CPPUNIT_ASSERT(!isRefused(nested("[", "", "]", 32)));
        CPPUNIT_ASSERT(isRefused(nested("[", "", "]", 33)));
        CPPUNIT_ASSERT(!isRefused(nested("{\"a\":", "1", "}", 32)));
        CPPUNIT_ASSERT(isRefused(nested("{\"a\":", "1", "}", 33)));
        CPPUNIT_ASSERT(!isRefused(nested("[{\"a\":", "1", "}]", 16)));
        CPPUNIT_ASSERT(isRefused("[" + nested("[{\"a\":", "1", "}]", 16) + "]"));
        CPPUNIT_ASSERT(isRefused(nested("[", "", "]", 50000)));
        CPPUNIT_ASSERT(isRefused(std::string(100000, '[')));
        CPPUNIT_ASSERT(!isRefused("[" + nested("", "[],", "", 1) + "[],[],{}]"));
    }

    void boundsDepthAsAsked() {
        for (const std::size_t depth : {1U, 2U, 100000U}) {
            const int times = static_cast<int>(depth);
            CPPUNIT_ASSERT(!isRefused(nested("[", "", "]", times), {.depth = depth}));
            CPPUNIT_ASSERT(isRefused(nested("[", "", "]", times + 1), {.depth = depth}));
        }
        CPPUNIT_ASSERT(!isRefused("1", {.depth = 0}));
        CPPUNIT_ASSERT(isRefused("{}", {.depth = 0}));
    }

    void boundsTheNumberOfNodes() {
        for (const char* text :
             {"[1,2,3,4]", "[[[[[]]]]]", R"({"a":1,"b":2})", R"({"a":[[],1]})"}) {
            CPPUNIT_ASSERT_MESSAGE(text, !isRefused(text, {.nodes = 5}));
            CPPUNIT_ASSERT_MESSAGE(text, isRefused(text, {.nodes = 4}));
        }
        std::string most = "[0";
        while (most.size() < (2 << 20) - 2)
            most += ",0";
        CPPUNIT_ASSERT(!isRefused(most + "]"));
        CPPUNIT_ASSERT(isRefused(most + ",0]"));
    }

    void refusesLoneSurrogates() {
        for (const char* text :
             {R"("\ud800")", R"("\udbff")", R"("\udc00")", R"("\udfff")", R"("\ud800x")",
              R"("\ud800\n")", R"("\ud800\u0041")", R"("\ud800\ud800")", R"("\udc00\ud800")",
              R"("\ud83d\ude00\ude00")", R"("a\uDC00b")", R"("\uD83D\uD83D\uDE00")",
              R"({"\ud800":1})", R"({"m":{"a":"\udc00"}})", R"({"m":{"\udc00":1}})"})
            CPPUNIT_ASSERT_MESSAGE(text, isRefused(text));
    }

    void refusesBadUtf8() {
        for (const std::string bytes : {"\x80",
                                        "\xbf",
                                        "\xc3",
                                        "\xc3(",
                                        "\xc0\x80",
                                        "\xc1\xbf",
                                        "\xe0\x80\x80",
                                        "\xe0\x9f\xbf",
                                        "\xe2\x82",
                                        "\xe2(\xa1",
                                        "\xe2\x82(",
                                        "\xf0\x9f(\x80",
                                        "\xf0\x9f\x98(",
                                        "\xed\xa0\x80",
                                        "\xed\xbf\xbf",
                                        "\xf0\x80\x80\x80",
                                        "\xf0\x8f\xbf\xbf",
                                        "\xf0\x9f\x98",
                                        "\xf4\x90\x80\x80",
                                        "\xf5\x80\x80\x80",
                                        "\xf8\x88\x80\x80\x80",
                                        "\xfe",
                                        "\xff",
                                        "a\xe4o"})
            for (const auto& text : {"\"" + bytes + "\"", "{\"a\":\"" + bytes + "\"}",
                                     "{\"" + bytes + "\":1}", "{\"m\":{\"" + bytes + "\":[]}}"})
                CPPUNIT_ASSERT_MESSAGE(text, isRefused(text));
    }

    void refusesControlCharacters() {
        for (int byte = 0; byte < 0x20; ++byte) {
            const std::string c(1, static_cast<char>(byte));
            CPPUNIT_ASSERT_MESSAGE(std::to_string(byte), isRefused("\"a" + c + "b\""));
            CPPUNIT_ASSERT_MESSAGE(std::to_string(byte), isRefused("{\"a" + c + "\":1}"));
        }
    }

private:
    static std::string nested(const std::string& open, const std::string& inside,
                              const std::string& close, int times) {
        std::string text = inside;
        std::string before;
        for (int i = 0; i < times; ++i) {
            before += open;
            text += close;
        }
        return before + text;
    }

    static bool isRefused(const std::string& text, const json::Limits& limits = {}) {
        try {
            json::parse(text, limits);
            return false;
        } catch (const Error& error) {
            CPPUNIT_ASSERT(error.kind() == ErrorKind::malformedRequest);
            return true;
        }
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(JsonStrictnessTest);

} // namespace kubecred::test
