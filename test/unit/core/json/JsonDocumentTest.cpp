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
    CPPUNIT_TEST(givesOnlyWhatAValueIs);
    CPPUNIT_TEST(findsWhatIsDeepInside);
    CPPUNIT_TEST(standsAsDeepAsItIsAsked);
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
            CPPUNIT_ASSERT_MESSAGE(name, document.root().find(name)->type() == type);
        CPPUNIT_ASSERT(!document.root().find("x"));
        CPPUNIT_ASSERT(document.root().type() == Type::object);
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
        for (const auto& [name, value] : document.root().members())
            names += std::string(name) + ",";
        CPPUNIT_ASSERT_EQUAL(std::string("b,a,,c,"), names);
    }

    void emptyTextIsAnEmptyObject() {
        for (const char* text : {"", "{}", " { } ", "\r\n\t{}\n"}) {
            const auto document = json::parse(text);
            CPPUNIT_ASSERT_MESSAGE(text, document.root().type() == Type::object);
            CPPUNIT_ASSERT_MESSAGE(text, document.root().size() == 0);
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
            CPPUNIT_ASSERT_EQUAL(text, decoded(json));
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
            CPPUNIT_ASSERT_EQUAL(std::string(compact), compactOf(json));
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
            CPPUNIT_ASSERT_EQUAL(compact, compactOf(json));
    }

    void tellsOfNulInTexts() {
        for (const char* json : {R"("\u0000")", R"("a\u0000b")", R"(["\u0000"])",
                                 R"({"a":{"b":["x",{"c":"\u0000"}]}})"})
            CPPUNIT_ASSERT_MESSAGE(json, hasNul(json));
        for (const char* json : {R"("")", R"("\\u0000")", R"(["\\u0000"])", R"("\u0001")", "0"})
            CPPUNIT_ASSERT_MESSAGE(json, !hasNul(json));
        CPPUNIT_ASSERT_EQUAL(std::string("a\0b", 3), decoded(R"("a\u0000b")"));
        const auto document = json::parse(R"({"a":"\u0000","b":"x","c":["\u0000"],"d":[]})");
        for (const char* name : {"a", "c"})
            CPPUNIT_ASSERT_MESSAGE(name, document.root().find(name)->hasNul());
        for (const char* name : {"b", "d"})
            CPPUNIT_ASSERT_MESSAGE(name, !document.root().find(name)->hasNul());
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
            CPPUNIT_ASSERT_MESSAGE(json, document.root().type() == type);
            CPPUNIT_ASSERT_MESSAGE(json, !document.root().find("a"));
            CPPUNIT_ASSERT_MESSAGE(json, isEmpty(document.root().members()));
        }
    }

    void givesOnlyWhatAValueIs() {
        const auto document = json::parse(R"([null,1.50,true,false,"x",["y"],{"z":1}])");
        std::string seen;
        for (const json::Value value : document.root().elements()) {
            if (const auto boolean = value.asBoolean())
                seen += *boolean ? "yes" : "no";
            seen += "s:" + std::string(value.asString().value_or("-"));
            seen += " n:" + std::string(value.asNumber().value_or("-"));
            seen += " " + std::to_string(value.size()) + (isEmpty(value.elements()) ? "" : "e") +
                    (isEmpty(value.members()) ? "" : "m") + "\n";
        }
        CPPUNIT_ASSERT_EQUAL(std::string("s:- n:- 0\n"
                                         "s:- n:1.50 0\n"
                                         "yess:- n:- 0\n"
                                         "nos:- n:- 0\n"
                                         "s:x n:- 0\n"
                                         "s:- n:- 1e\n"
                                         "s:- n:- 1m\n"),
                             seen);
        CPPUNIT_ASSERT_EQUAL(std::size_t{7}, document.root().size());
    }

    void findsWhatIsDeepInside() {
        const auto document =
            json::parse(R"({"a":[[1],{"b":[2]}],"c":{"d":{"e":[{},"f"]},"g":3}})");
        const auto c = document.root().find("c");
        CPPUNIT_ASSERT(c && !document.root().find("d"));
        CPPUNIT_ASSERT_EQUAL(std::string(R"({"e":[{},"f"]})"), c->find("d")->compact());
        CPPUNIT_ASSERT_EQUAL(std::string("3"), std::string(*c->find("g")->asNumber()));
        std::string elements;
        for (const json::Value value : document.root().find("a")->elements())
            elements += value.compact() + ";";
        CPPUNIT_ASSERT_EQUAL(std::string(R"([1];{"b":[2]};)"), elements);
    }

    void standsAsDeepAsItIsAsked() {
        constexpr std::size_t depth = 100000;
        std::string text;
        for (std::size_t i = 0; i < depth / 2; ++i)
            text += "[{\"a\":";
        text += "\"\\u0000\"";
        for (std::size_t i = 0; i < depth / 2; ++i)
            text += "}]";
        const auto document = json::parse(text, {.depth = depth});
        CPPUNIT_ASSERT(document.root().hasNul());
        CPPUNIT_ASSERT_EQUAL(text, document.root().compact());
        const auto copy = document;
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, copy.root().size());
    }

private:
    static std::string zodName(Type type) { return std::string(json::nameOf(type)); }

    template <typename Range>
    static bool isEmpty(const Range& range) {
        return range.begin() == range.end();
    }

    static json::Document inMember(const std::string& json) {
        return json::parse("{\"k\":0,\"m\":" + json + ",\"n\":0}");
    }

    static std::string decoded(const std::string& json) {
        const auto document = inMember(json);
        return std::string(document.root().find("m")->asString().value());
    }

    static std::string compactOf(const std::string& json) {
        const auto document = inMember(json);
        return document.root().find("m")->compact();
    }

    static bool hasNul(const std::string& json) {
        const auto document = inMember(json);
        return document.root().find("m")->hasNul();
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(JsonDocumentTest);

} // namespace kubecred::test
