#include "IssueHandler.h"
#include "host/metrics/PrometheusMetrics.h"
#include "support/Started.h"
#include "unit/FixedClock.h"
#include "unit/ValidationErrors.h"

#include <cppunit/extensions/HelperMacros.h>

#include <string>
#include <utility>
#include <vector>

namespace kubecred::test {

namespace {

class AcceptingWriter final : public CredentialWriter {
public:
    Deferred<IssueOutcome> issue(const Credential&, const RequestContext&) override {
        return IssueOutcome(Issued{});
    }
};

const std::string nul = R"(a\u0000b)";
const std::string nulMessage = "Text must not contain U+0000";

} // namespace

class IssueValidationTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(IssueValidationTest);
    CPPUNIT_TEST(namesEveryMissingField);
    CPPUNIT_TEST(namesTheTypeThatCame);
    CPPUNIT_TEST(metadataMustBeAnObject);
    CPPUNIT_TEST(bodyMustBeAnObject);
    CPPUNIT_TEST(refusesEmptyTexts);
    CPPUNIT_TEST(refusesBadEmails);
    CPPUNIT_TEST(countsCodePoints);
    CPPUNIT_TEST(refusesNul);
    CPPUNIT_TEST(refusesNumbersThatNothingHolds);
    CPPUNIT_TEST(boundsMetadataAsItWillBeAnswered);
    CPPUNIT_TEST(namesEveryFieldInTheOrderOfTheContract);
    CPPUNIT_TEST(namesAFieldOnlyOnce);
    CPPUNIT_TEST_SUITE_END();

public:
    void namesEveryMissingField() {
        const std::string all = typeError("name", "undefined") + "," +
                                typeError("email", "undefined") + "," +
                                typeError("credentialType", "undefined");
        for (const char* body : {"{}", "", R"({"Name":"Ada","EMAIL":"a@b.cd","x":1})"})
            CPPUNIT_ASSERT_EQUAL(all, errors(body));
    }

    void namesTheTypeThatCame() {
        for (const auto& [json, type] :
             std::initializer_list<std::pair<const char*, const char*>>{{"null", "null"},
                                                                        {"1", "number"},
                                                                        {"1e400", "number"},
                                                                        {"true", "boolean"},
                                                                        {"false", "boolean"},
                                                                        {"[]", "array"},
                                                                        {"{}", "object"}}) {
            CPPUNIT_ASSERT_EQUAL(typeError("name", type), errors(json, R"("a@b.cd")", "\"t\""));
            CPPUNIT_ASSERT_EQUAL(typeError("email", type), errors("\"n\"", json, "\"t\""));
            CPPUNIT_ASSERT_EQUAL(typeError("credentialType", type),
                                 errors("\"n\"", R"("a@b.cd")", json));
        }
    }

    void metadataMustBeAnObject() {
        for (const auto& [json, type] :
             std::initializer_list<std::pair<const char*, const char*>>{{"null", "null"},
                                                                        {"0", "number"},
                                                                        {"true", "boolean"},
                                                                        {"[]", "array"},
                                                                        {"[{}]", "array"},
                                                                        {"\"{}\"", "string"},
                                                                        {"\"\"", "string"}})
            CPPUNIT_ASSERT_EQUAL(typeError("metadata", type, "object"), metadataErrors(json));
    }

    void bodyMustBeAnObject() {
        for (const auto& [json, type] :
             std::initializer_list<std::pair<const char*, const char*>>{{"null", "null"},
                                                                        {"1", "number"},
                                                                        {"1e400", "number"},
                                                                        {"true", "boolean"},
                                                                        {"[]", "array"},
                                                                        {"[{\"name\":1}]", "array"},
                                                                        {"\"\"", "string"},
                                                                        {"\"text\"", "string"}})
            CPPUNIT_ASSERT_EQUAL(typeError("", type, "object"), errors(json));
    }

    void refusesEmptyTexts() {
        CPPUNIT_ASSERT_EQUAL(emptyError("name", "Name is required") + "," + emailError() + "," +
                                 emptyError("credentialType", "Credential type is required"),
                             errors("\"\"", "\"\"", "\"\""));
    }

    void refusesBadEmails() {
        for (const char* email : {"a", "a@b", "a@b.c", "a..b@b.cd", "a@b.cd\\n", " a@b.cd"})
            CPPUNIT_ASSERT_EQUAL(emailError(),
                                 errors("\"n\"", "\"" + std::string(email) + "\"", "\"t\""));
    }

    void countsCodePoints() {
        for (const std::string character :
             {"a", "\xc3\xa4", "\xe2\x82\xac", "\xf0\x9f\x98\x80", "\\ud83d\\ude00"}) {
            const std::string name = "\"" + repeated(character, 255);
            const std::string type = "\"" + repeated(character, 100);
            accept(name + "\"", "\"a@b.cd\"", type + "\"");
            CPPUNIT_ASSERT_EQUAL(
                lengthError("name", "255") + "," + lengthError("credentialType", "100"),
                errors(name + character + "\"", "\"a@b.cd\"", type + character + "\""));
        }
        const std::string email = repeated("a", 250) + "@b.cd";
        accept("\"n\"", "\"" + email + "\"", "\"t\"");
        CPPUNIT_ASSERT_EQUAL(lengthError("email", "255"),
                             errors("\"n\"", "\"a" + email + "\"", "\"t\""));
    }

    void refusesNul() {
        CPPUNIT_ASSERT_EQUAL(customError("name", nulMessage) + "," +
                                 customError("credentialType", nulMessage),
                             errors("\"" + nul + "\"", R"("a@b.cd")", "\"\\u0000\""));
        for (const auto& json : {"{\"a\":\"" + nul + "\"}", "{\"a\":[{\"b\":[\"" + nul + "\"]}]}"})
            CPPUNIT_ASSERT_EQUAL(customError("metadata", nulMessage), metadataErrors(json));
    }

    void refusesNumbersThatNothingHolds() {
        for (const char* number : {"1e400", "-1e400", "9223372036854775809", "-9223372036854775809",
                                   "18446744073709551615"})
            for (const std::string& json : {"{\"a\":" + std::string(number) + "}",
                                            "{\"a\":[{\"b\":" + std::string(number) + "}]}"})
                CPPUNIT_ASSERT_EQUAL(customError("metadata", "Number is out of range"),
                                     metadataErrors(json));
    }

    void boundsMetadataAsItWillBeAnswered() {
        const std::string tooLarge =
            customError("metadata", "Must take at most 262144 bytes with every number written out "
                                    "and a space after each comma and colon");
        for (const auto& [number, most] : std::vector<std::pair<std::string, int>>{
                 {"1e308", 842}, {"6e23", 10082}, {"0e-999", 261}, {"-5e-324", 796}}) {
            accept(R"("n")", R"("a@b.cd")", R"("t","metadata":)" + arrayOf(number, most));
            CPPUNIT_ASSERT_EQUAL_MESSAGE(number, tooLarge,
                                         metadataErrors(arrayOf(number, most + 1)));
        }
    }

    void namesEveryFieldInTheOrderOfTheContract() {
        CPPUNIT_ASSERT_EQUAL(typeError("name", "number") + "," + emailError() + "," +
                                 emptyError("credentialType", "Credential type is required") + "," +
                                 typeError("metadata", "array", "object"),
                             errors(R"({"metadata":[],"credentialType":"","email":"a","name":1})"));
    }

    void namesAFieldOnlyOnce() {
        const std::string tooLong = repeated("a", 256);
        CPPUNIT_ASSERT_EQUAL(emailError() + "," + lengthError("credentialType", "100"),
                             errors("\"n\"", "\"" + tooLong + "\"", "\"" + tooLong + nul + "\""));
        CPPUNIT_ASSERT_EQUAL(customError("metadata", nulMessage),
                             metadataErrors("{\"a\":1e400,\"b\":\"" + nul + "\"}"));
    }

private:
    static std::string arrayOf(const std::string& element, int count) {
        std::string elements = element;
        for (int i = 1; i < count; ++i)
            elements += "," + element;
        return "{\"a\":[" + elements + "]}";
    }

    std::string errors(const std::string& body) const { return validationErrors(handler_, body); }

    static std::string bodyOf(const std::string& name, const std::string& email,
                              const std::string& type) {
        return "{\"name\":" + name + ",\"email\":" + email + ",\"credentialType\":" + type + "}";
    }

    std::string errors(const std::string& name, const std::string& email,
                       const std::string& type) const {
        return errors(bodyOf(name, email, type));
    }

    std::string metadataErrors(const std::string& metadata) const {
        return errors(R"({"name":"n","email":"a@b.cd","credentialType":"t","metadata":)" +
                      metadata + "}");
    }

    void accept(const std::string& name, const std::string& email, const std::string& type) const {
        const std::string body = bodyOf(name, email, type);
        const http::Request request{
            http::Method::post, "/", {{"Content-Type", "application/json"}}, body};
        CPPUNIT_ASSERT_EQUAL(201, await(handler_(request, {})).status);
    }

    AcceptingWriter writer_;
    FixedClock clock_;
    host::PrometheusMetrics metrics_;
    issuance::IssuanceService service_{writer_, clock_, "worker-1", metrics_};
    issuance::IssueHandler handler_{service_};
};

CPPUNIT_TEST_SUITE_REGISTRATION(IssueValidationTest);

} // namespace kubecred::test
