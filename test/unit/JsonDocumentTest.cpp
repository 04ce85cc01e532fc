#include "kubecred/json/Document.h"

#include <cppunit/extensions/HelperMacros.h>

#include <string>

namespace kubecred::test {

using json::Type;

class JsonDocumentTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(JsonDocumentTest);
    CPPUNIT_TEST(tellsTypes);
    CPPUNIT_TEST(namesTypesAsZodDoes);
    CPPUNIT_TEST(keepsMembersInOrder);
    CPPUNIT_TEST(emptyTextIsAnEmptyObject);
    CPPUNIT_TEST(decodesTexts);
    CPPUNIT_TEST(keepsValuesAsCompactJson);
    CPPUNIT_TEST(writesNestedStringsAnew);
    CPPUNIT_TEST(tellsOfNulInTexts);
    CPPUNIT_TEST(rootsThatAreNoObject);
    CPPUNIT_TEST_SUITE_END();

public:
    void tellsTypes() {
        const auto document =
            json::parse(R"({"n":null,"i":1,"r":1.5,"t":true,"f":false,"a":[],"o":{},"s":""})");
        const struct {
            const char* name;
            Type type;
        } cases[] = {{"n", Type::null},    {"i", Type::number},  {"r", Type::number},
                     {"t", Type::boolean}, {"f", Type::boolean}, {"a", Type::array},
                     {"o", Type::object},  {"s", Type::string}};
        for (const auto& [name, type] : cases)
            CPPUNIT_ASSERT_MESSAGE(name, document.find(name)->type == type);
        CPPUNIT_ASSERT(document.find("x") == nullptr);
        CPPUNIT_ASSERT(document.root().type == Type::object);
    }

    void namesTypesAsZodDoes() {
        CPPUNIT_ASSERT_EQUAL(std::string("null number boolean array object string"),
                             zodName(Type::null) + " " + zodName(Type::number) + " " +
                                 zodName(Type::boolean) + " " + zodName(Type::array) + " " +
                                 zodName(Type::object) + " " + zodName(Type::string));
    }

    void keepsMembersInOrder() {
        std::string names;
        const auto document = json::parse(R"({"b":1,"a":{"z":1},"":2,"c":[]})");
        for (const auto& [name, value] : document.members())
            names += name + ",";
        CPPUNIT_ASSERT_EQUAL(std::string("b,a,,c,"), names);
    }

    void emptyTextIsAnEmptyObject() {
        for (const char* text : {"", "{}", " { } ", "\r\n\t{}\n"}) {
            const auto document = json::parse(text);
            CPPUNIT_ASSERT_MESSAGE(text, document.root().type == Type::object);
            CPPUNIT_ASSERT_MESSAGE(text, document.members().empty());
        }
    }

    void decodesTexts() {
        const struct {
            const char* json;
            std::string text;
        } cases[] = {
            {R"("")", ""},
            {R"(" kept as is ")", " kept as is "},
            {R"("\"\\\/\b\f\n\r\t")", "\"\\/\b\f\n\r\t"},
            {R"("\u0041\u00e4\u00E4\u20ac")", "A\xc3\xa4\xc3\xa4\xe2\x82\xac"},
            {R"("\ud83d\ude00")", "\xf0\x9f\x98\x80"},
            {R"("\udbff\udfff")", "\xf4\x8f\xbf\xbf"},
            {R"("\ud7ff\ue000\uffff")", "\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf"},
            {"\"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\"", "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80"},
            {R"("\\u0000")", "\\u0000"},
            {"\"\x7f\"", "\x7f"},
        };
        for (const auto& [json, text] : cases)
            CPPUNIT_ASSERT_EQUAL(text, member(json).text);
    }

    void keepsValuesAsCompactJson() {
        const struct {
            const char* json;
            const char* compact;
        } cases[] = {
            {"null", "null"},
            {"true", "true"},
            {"{ }", "{}"},
            {"[ ]", "[]"},
            {"{ \"a\" : [ 1 , 2.50 , -0 , 1E+2 ] , \"b\" : { \"c\" : null } }",
             R"({"a":[1,2.50,-0,1E+2],"b":{"c":null}})"},
            {"[[],{},[{}],[[1]],\"x\",true,false,null]",
             R"([[],{},[{}],[[1]],"x",true,false,null])"},
            {R"({"z":1,"a":2,"":3})", R"({"z":1,"a":2,"":3})"},
        };
        for (const auto& [json, compact] : cases)
            CPPUNIT_ASSERT_EQUAL(std::string(compact), member(json).text);
    }

    void writesNestedStringsAnew() {
        const struct {
            const char* json;
            std::string compact;
        } cases[] = {
            {R"(["\"\\\/\b\f\n\r\t"])", R"(["\"\\/\b\f\n\r\t"])"},
            {R"(["\u00e4\ud83d\ude00"])", "[\"\xc3\xa4\xf0\x9f\x98\x80\"]"},
            {R"(["\u0001"])", R"(["\u0001"])"},
            {R"({"k\"\n":"v"})", R"({"k\"\n":"v"})"},
            {R"({"\u00e4":{"\\":1}})", "{\"\xc3\xa4\":{\"\\\\\":1}}"},
            {R"(["1,2",":","{","]"])", R"(["1,2",":","{","]"])"},
        };
        for (const auto& [json, compact] : cases)
            CPPUNIT_ASSERT_EQUAL(compact, member(json).text);
    }

    void tellsOfNulInTexts() {
        for (const char* json : {R"("\u0000")", R"("a\u0000b")", R"(["\u0000"])",
                                 R"({"a":{"b":["x",{"c":"\u0000"}]}})"})
            CPPUNIT_ASSERT_MESSAGE(json, member(json).hasNul);
        for (const char* json : {R"("")", R"("\\u0000")", R"(["\\u0000"])", R"("\u0001")", "0"})
            CPPUNIT_ASSERT_MESSAGE(json, !member(json).hasNul);
        CPPUNIT_ASSERT_EQUAL(std::string("a\0b", 3), member(R"("a\u0000b")").text);
        const auto document = json::parse(R"({"a":"\u0000","b":"x","c":["\u0000"],"d":[]})");
        CPPUNIT_ASSERT(document.find("a")->hasNul && document.find("c")->hasNul);
        CPPUNIT_ASSERT(!document.find("b")->hasNul && !document.find("d")->hasNul);
    }

    void rootsThatAreNoObject() {
        const struct {
            const char* json;
            Type type;
        } cases[] = {{"null", Type::null},       {"1", Type::number},
                     {"-1.5e3", Type::number},   {"true", Type::boolean},
                     {"[]", Type::array},        {"[{\"a\":1}]", Type::array},
                     {"\"text\"", Type::string}, {" \"\" ", Type::string}};
        for (const auto& [json, type] : cases) {
            const auto document = json::parse(json);
            CPPUNIT_ASSERT_MESSAGE(json, document.root().type == type);
            CPPUNIT_ASSERT_MESSAGE(json, document.members().empty());
        }
    }

private:
    static std::string zodName(Type type) { return std::string(json::nameOf(type)); }

    static json::Value member(const std::string& json) {
        return *json::parse("{\"m\":" + json + "}").find("m");
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(JsonDocumentTest);

} // namespace kubecred::test
