#include "kubecred/validation/Fields.h"

#include "http/dispatch/ErrorRendering.h"
#include "kubecred/json/Document.h"
#include "unit/ThrownError.h"

#include <cppunit/extensions/HelperMacros.h>

#include <string>

namespace kubecred::test {

using validation::Fields;

/// What is wrong in the parts of a request, and where; the rules themselves are tried by
/// IssueValidationTest and VerifyValidationTest.
class FieldsTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(FieldsTest);
    CPPUNIT_TEST(saysWhereAnObjectStands);
    CPPUNIT_TEST(collectsWhatIsWrongInOneList);
    CPPUNIT_TEST(saysOnlyThatAPartIsNoObject);
    CPPUNIT_TEST_SUITE_END();

public:
    void saysWhereAnObjectStands() {
        const auto document = json::parse(R"({"name":"","metadata":{"a":1e400},"stored":[]})");
        Fields fields(document.root(), {"credentials", std::size_t{3}});
        fields.requiredText("name", {5, "Name is required"});
        fields.optionalText("email", {5, {}});
        fields.requiredUuid("id");
        fields.optionalObject("metadata", 100);
        fields.requiredStoredObject("stored");
        CPPUNIT_ASSERT_EQUAL(std::string(R"(["credentials",3,"name"])"
                                         R"(["credentials",3,"id"])"
                                         R"(["credentials",3,"metadata"])"
                                         R"(["credentials",3,"stored"])"),
                             paths(fields));
    }

    void collectsWhatIsWrongInOneList() {
        const auto document = json::parse(R"({"items":[{"id":1},{"id":"x"}]})");
        Fields body(document.root());
        body.requiredText("name", {5, "Name is required"});
        std::size_t index = 0;
        const auto items = document.root().find("items");
        for (const json::Value item : items->elements()) {
            Fields part(item, {"items", index++});
            part.requiredUuid("id");
            CPPUNIT_ASSERT_EQUAL(std::size_t{1}, part.errors().size());
            body.add(part);
        }
        CPPUNIT_ASSERT_EQUAL(std::string(R"(["name"]["items",0,"id"]["items",1,"id"])"),
                             paths(body));
    }

    void saysOnlyThatAPartIsNoObject() {
        const auto document = json::parse(R"(["id"])");
        Fields fields(document.root(), {"items"});
        fields.requiredUuid("id");
        fields.optionalObject("metadata", 100);
        CPPUNIT_ASSERT_EQUAL(std::string(R"(["items"])"), paths(fields));
    }

private:
    // As the caller of the API sees them.
    static std::string paths(const Fields& fields) {
        const Error error = thrownError([&] { fields.check(); });
        const auto document = json::parse(http::renderError(error, "request-1").body);
        const auto errors = document.root().find("errors");
        CPPUNIT_ASSERT(errors);
        std::string all;
        for (const json::Value each : errors->elements())
            all += each.find("path")->compact();
        return all;
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(FieldsTest);

} // namespace kubecred::test
