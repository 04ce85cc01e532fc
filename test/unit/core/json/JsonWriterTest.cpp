#include "kubecred/json/Writer.h"

#include <cppunit/extensions/HelperMacros.h>

#include <cstdint>
#include <limits>
#include <string>

namespace kubecred::test {

using json::Writer;

class JsonWriterTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(JsonWriterTest);
    CPPUNIT_TEST(setsCommas);
    CPPUNIT_TEST(escapesStrings);
    CPPUNIT_TEST(escapesEveryControlCharacter);
    CPPUNIT_TEST(keepsUtf8);
    CPPUNIT_TEST(writesNumbers);
    CPPUNIT_TEST_SUITE_END();

public:
    void setsCommas() {
        Writer writer;
        writer.beginObject()
            .member("a", "b")
            .key("list")
            .beginArray()
            .integer(1)
            .null()
            .boolean(true)
            .beginObject()
            .endObject()
            .beginArray()
            .endArray()
            .raw("{\"x\":1}")
            .string("s")
            .endArray()
            .key("last")
            .boolean(false)
            .endObject();
        CPPUNIT_ASSERT_EQUAL(
            std::string(R"({"a":"b","list":[1,null,true,{},[],{"x":1},"s"],"last":false})"),
            writer.text());
    }

    void escapesStrings() {
        const struct {
            std::string text;
            std::string json;
        } cases[] = {
            {"", R"("")"},
            {"plain", R"("plain")"},
            {"\"", R"("\"")"},
            {"a\\b", R"("a\\b")"},
            {"/", R"("/")"},
            {"\b\f\n\r\t", R"("\b\f\n\r\t")"},
            {"a\nb\nc", R"("a\nb\nc")"},
            {std::string("a\0b", 3), R"("a\u0000b")"},
            {"\x1f", R"("\u001f")"},
        };
        for (const auto& [text, json] : cases) {
            std::string out = "x";
            json::appendString(out, text);
            CPPUNIT_ASSERT_EQUAL("x" + json, out);
        }
        Writer writer;
        writer.beginObject().member("k\"", "v\"").endObject();
        CPPUNIT_ASSERT_EQUAL(std::string(R"({"k\"":"v\""})"), writer.text());
    }

    void escapesEveryControlCharacter() {
        for (int byte = 0; byte < 0x20; ++byte) {
            std::string out;
            json::appendString(out, std::string(1, static_cast<char>(byte)));
            CPPUNIT_ASSERT_EQUAL(std::string("\"\\"), out.substr(0, 2));
            for (const char c : out)
                CPPUNIT_ASSERT(c >= 0x20);
        }
    }

    void keepsUtf8() {
        const std::string text = "\xc3\xa4 \xe2\x82\xac \xf0\x9f\x98\x80 \xe2\x80\xa8";
        std::string out;
        json::appendString(out, text);
        CPPUNIT_ASSERT_EQUAL("\"" + text + "\"", out);
    }

    void writesNumbers() {
        Writer writer;
        writer.beginArray()
            .integer(std::numeric_limits<std::int64_t>::min())
            .integer(std::numeric_limits<std::int64_t>::max())
            .number(0.1)
            .number(1.5)
            .number(12)
            .number(-0.001)
            .endArray();
        CPPUNIT_ASSERT_EQUAL(
            std::string("[-9223372036854775808,9223372036854775807,0.1,1.5,12,-0.001]"),
            writer.text());
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(JsonWriterTest);

} // namespace kubecred::test
