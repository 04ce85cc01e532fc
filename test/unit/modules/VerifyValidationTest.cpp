#include "VerifyHandler.h"
#include "host/metrics/PrometheusMetrics.h"
#include "support/Started.h"
#include "unit/FixedClock.h"
#include "unit/ValidationErrors.h"

#include <cppunit/extensions/HelperMacros.h>

#include <string>
#include <utility>

namespace kubecred::test {

namespace {

class EmptyReader final : public CredentialReader {
public:
    Deferred<std::optional<FoundCredential>> find(const LookUp&, const RequestContext&) override {
        return std::optional<FoundCredential>();
    }
};

using Types = std::initializer_list<std::pair<const char*, const char*>>;

} // namespace

class VerifyValidationTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(VerifyValidationTest);
    CPPUNIT_TEST(theIdIsRequired);
    CPPUNIT_TEST(theIdIsAUuid);
    CPPUNIT_TEST(nameAndEmailAreTexts);
    CPPUNIT_TEST(bodyMustBeAnObject);
    CPPUNIT_TEST(refusesEmptyTexts);
    CPPUNIT_TEST(boundsLengths);
    CPPUNIT_TEST(refusesNul);
    CPPUNIT_TEST(namesEveryFieldInTheOrderOfTheContract);
    CPPUNIT_TEST_SUITE_END();

public:
    void theIdIsRequired() {
        for (const char* body : {"{}", "", R"({"ID":"x"})", R"({"name":"n","email":"a@b.cd"})"})
            CPPUNIT_ASSERT_EQUAL(typeError("id", "undefined"), errors(body));
        for (const auto& [json, type] : Types{{"null", "null"},
                                              {"1", "number"},
                                              {"true", "boolean"},
                                              {"[]", "array"},
                                              {"{}", "object"}})
            CPPUNIT_ASSERT_EQUAL(typeError("id", type),
                                 errors("{\"id\":" + std::string(json) + "}"));
    }

    void theIdIsAUuid() {
        for (const std::string id :
             {"", "x", "018f3c00abcd7def8123456789abcdef", "018f3c00-abcd-7def-8123-456789abcdeg",
              "018f3c00-abcd-7def-8123-456789abcdef ", " 18f3c00-abcd-7def-8123-456789abcdef",
              "018f3c00-abcd-7def-8123-456789abcdef\\n", "{18f3c00-abcd-7def-8123-456789abcde}",
              "018f3c00-abcd-7def-8123-456789abcde\\u0000"})
            CPPUNIT_ASSERT_EQUAL_MESSAGE(id, uuidError(), errors("{\"id\":\"" + id + "\"}"));
    }

    void nameAndEmailAreTexts() {
        for (const auto& [json, type] : Types{{"null", "null"},
                                              {"-1", "number"},
                                              {"false", "boolean"},
                                              {"[\"a\"]", "array"},
                                              {"{}", "object"}}) {
            CPPUNIT_ASSERT_EQUAL(typeError("name", type), fieldErrors("name", json));
            CPPUNIT_ASSERT_EQUAL(typeError("email", type), fieldErrors("email", json));
        }
    }

    void bodyMustBeAnObject() {
        for (const auto& [json, type] : Types{{"null", "null"},
                                              {"1", "number"},
                                              {"true", "boolean"},
                                              {"[]", "array"},
                                              {"\"\"", "string"}})
            CPPUNIT_ASSERT_EQUAL(typeError("", type, "object"), errors(json));
    }

    void refusesEmptyTexts() {
        CPPUNIT_ASSERT_EQUAL(emptyError("name", "Name cannot be empty"),
                             fieldErrors("name", "\"\""));
        CPPUNIT_ASSERT_EQUAL(emailError(), fieldErrors("email", "\"\""));
    }

    void boundsLengths() {
        const std::string name = repeated("\xc3\xa4", 255);
        const std::string email = repeated("a", 250) + "@b.cd";
        accept("name", "\"" + name + "\"");
        accept("email", "\"" + email + "\"");
        CPPUNIT_ASSERT_EQUAL(lengthError("name", "255"), fieldErrors("name", "\"" + name + "a\""));
        CPPUNIT_ASSERT_EQUAL(lengthError("email", "255"),
                             fieldErrors("email", "\"a" + email + "\""));
    }

    void refusesNul() {
        CPPUNIT_ASSERT_EQUAL(customError("name", "Text must not contain U+0000"),
                             fieldErrors("name", R"("Ada\u0000")"));
    }

    void namesEveryFieldInTheOrderOfTheContract() {
        CPPUNIT_ASSERT_EQUAL(uuidError() + "," + emptyError("name", "Name cannot be empty") + "," +
                                 emailError(),
                             errors(R"({"email":"a","name":"","id":"x"})"));
    }

private:
    std::string errors(const std::string& body) const { return validationErrors(handler_, body); }

    static std::string bodyOf(const std::string& field, const std::string& json) {
        return R"({"id":"018f3c00-abcd-7def-8123-456789abcdef",")" + field + "\":" + json + "}";
    }

    std::string fieldErrors(const std::string& field, const std::string& json) const {
        return errors(bodyOf(field, json));
    }

    void accept(const std::string& field, const std::string& json) const {
        const std::string body = bodyOf(field, json);
        const http::Request request{
            http::Method::post, "/", {{"Content-Type", "application/json"}}, body};
        CPPUNIT_ASSERT_EQUAL(404, await(handler_(request, {})).status);
    }

    EmptyReader reader_;
    FixedClock clock_;
    host::PrometheusMetrics metrics_;
    verification::VerificationService service_{reader_, metrics_};
    verification::VerifyHandler handler_{service_, clock_, "worker-1"};
};

CPPUNIT_TEST_SUITE_REGISTRATION(VerifyValidationTest);

} // namespace kubecred::test
