#include "JsonSchema.h"

#include <Poco/JSON/Parser.h>

#include <cppunit/extensions/HelperMacros.h>

#include <stdexcept>
#include <string>
#include <vector>

namespace kubecred::test {

/// What the documents of the API are compared by, tried by values that do not fit.
class JsonSchemaTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(JsonSchemaTest);
    CPPUNIT_TEST(typesAndValues);
    CPPUNIT_TEST(textsAndNumbers);
    CPPUNIT_TEST(membersOfObjects);
    CPPUNIT_TEST(itemsOfArrays);
    CPPUNIT_TEST(exactlyOneChoiceFits);
    CPPUNIT_TEST(followsReferences);
    CPPUNIT_TEST(tellsThePlace);
    CPPUNIT_TEST(tellsWhichChoicesNothingMet);
    CPPUNIT_TEST(takesNoKeywordForNothing);
    CPPUNIT_TEST_SUITE_END();

public:
    void typesAndValues() {
        const std::vector<std::pair<std::string, std::string>> types{
            {"string", R"("a")"}, {"object", "{}"}, {"array", "[]"},
            {"boolean", "true"},  {"integer", "1"}, {"number", "1.5"}};
        for (const auto& [type, fitting] : types)
            for (const auto& [other, value] : types)
                check("{type: " + type + "}", value,
                      type == other || (type == "number" && other == "integer"));
        check("{const: true}", "true", true);
        check("{const: true}", "false", false);
        check("{const: true}", R"("true")", false);
        check("{const: 'true'}", R"("true")", true);
        check("{const: 1}", "1", true);
        check("{const: 1}", R"("1")", false);
        check("{enum: [up, down, null]}", R"("up")", true);
        check("{enum: [up, down, null]}", "null", true);
        check("{enum: [up, down, null]}", R"("null")", false);
        check("{enum: [up, 'null']}", "null", false);
        check("{enum: [up, down]}", R"("left")", false);
    }

    void textsAndNumbers() {
        check("{pattern: '^a+$'}", R"("aa")", true);
        check("{pattern: '^a+$'}", R"("ab")", false);
        check("{format: uuid}", R"("0190a5b0-0000-7000-8000-000000000001")", true);
        check("{format: uuid}", R"("0190a5b0")", false);
        check("{format: date-time}", R"("2026-11-23T07:41:25.845Z")", true);
        check("{format: date-time}", R"("2026-11-23")", false);
        check("{minimum: 1}", "1", true);
        check("{minimum: 1}", "0", false);
    }

    void membersOfObjects() {
        const std::string schema = "{type: object, required: [a], properties: {a: {type: string}, "
                                   "b: {type: object, required: [c], properties: {c: {}}}}}";
        check(schema, R"({"a":"x"})", true);
        check(schema, R"({"a":"x","b":{"c":[1]}})", true);
        check(schema, R"({"b":{"c":1}})", false);
        check(schema, R"({"a":1})", false);
        check(schema, R"({"a":"x","b":{}})", false);
        check(schema, R"({"a":"x","b":{"c":1,"d":1}})", false);
        check(schema, R"({"a":"x","z":1})", false);
        check("{type: object}", R"({"a":"x"})", true);
        check("{dependentRequired: {a: [b]}}", R"({"b":1})", true);
        check("{dependentRequired: {a: [b]}}", R"({"a":1})", false);
    }

    void itemsOfArrays() {
        const std::string schema = "{minItems: 1, maxItems: 2, items: {type: string}}";
        check(schema, R"(["a"])", true);
        check(schema, R"(["a","b"])", true);
        check(schema, "[]", false);
        check(schema, R"(["a","b","c"])", false);
        check(schema, R"(["a",1])", false);
    }

    void exactlyOneChoiceFits() {
        const std::string schema = "{oneOf: [{required: [a]}, {required: [b]}]}";
        check(schema, R"({"a":1})", true);
        check(schema, R"({"b":1})", true);
        check(schema, R"({"c":1})", false);
        check(schema, R"({"a":1,"b":1})", false);
    }

    void followsReferences() {
        const YAML::Node document =
            YAML::Load("{parts: {A: {$ref: '#/parts/B'}, B: {type: string}}}");
        JsonSchema schemas(document);
        const auto schema = YAML::Load("{$ref: '#/parts/A', pattern: '^a'}");
        CPPUNIT_ASSERT(schemas.faults(schema, valueOf(R"("a")")).empty());
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, schemas.faults(schema, valueOf(R"("b")")).size());
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, schemas.faults(schema, valueOf("1")).size());
        CPPUNIT_ASSERT_THROW(schemas.faults(YAML::Load("{$ref: '#/parts/C'}"), valueOf("1")),
                             std::exception);
    }

    void tellsThePlace() {
        JsonSchema schemas{YAML::Node()};
        const auto faults = schemas.faults(
            YAML::Load("{properties: {a: {items: {properties: {b: {type: string}}}}}}"),
            valueOf(R"({"a":[{"b":"x"},{"b":1}]})"));
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, faults.size());
        CPPUNIT_ASSERT_EQUAL(std::string("body.a[1].b is no string"), faults.front());
    }

    void tellsWhichChoicesNothingMet() {
        const auto schema = YAML::Load("oneOf:\n- {const: 1}\n- {const: 2}\n");
        JsonSchema schemas(schema);
        CPPUNIT_ASSERT(schemas.faults(schema, valueOf("2")).empty());
        CPPUNIT_ASSERT(schemas.unmetChoices() == std::set<int>{1});
        CPPUNIT_ASSERT(schemas.faults(schema, valueOf("1")).empty());
        CPPUNIT_ASSERT(schemas.unmetChoices().empty());
    }

    void takesNoKeywordForNothing() {
        JsonSchema schemas{YAML::Node()};
        for (const char* schema : {"{maxLength: 1}", "{format: email}", "{tpye: string}"})
            CPPUNIT_ASSERT_THROW_MESSAGE(
                schema, schemas.faults(YAML::Load(schema), valueOf(R"("a")")), std::runtime_error);
    }

private:
    static Poco::Dynamic::Var valueOf(const std::string& json) {
        return Poco::JSON::Parser()
            .parse("[" + json + "]")
            .extract<Poco::JSON::Array::Ptr>()
            ->get(0);
    }

    static void check(const std::string& schema, const std::string& json, bool fits) {
        const auto faults = JsonSchema(YAML::Node()).faults(YAML::Load(schema), valueOf(json));
        CPPUNIT_ASSERT_EQUAL_MESSAGE(schema + " and " + json, fits, faults.empty());
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(JsonSchemaTest);

} // namespace kubecred::test
