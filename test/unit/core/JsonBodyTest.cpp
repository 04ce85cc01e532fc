#include "kubecred/http/JsonBody.h"

#include "unit/ThrownError.h"

#include <cppunit/extensions/HelperMacros.h>

#include <string>
#include <utility>

namespace kubecred::test {

class JsonBodyTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(JsonBodyTest);
    CPPUNIT_TEST(readsJsonInUtf8);
    CPPUNIT_TEST(refusesOtherMediaTypes);
    CPPUNIT_TEST(refusesABodyWithoutMediaType);
    CPPUNIT_TEST(refusesWhatIsEncoded);
    CPPUNIT_TEST(noBodyIsAnEmptyObject);
    CPPUNIT_TEST(refusesMalformedJson);
    CPPUNIT_TEST_SUITE_END();

public:
    void readsJsonInUtf8() {
        for (const char* type :
             {"application/json", "Application/JSON", "application/json; charset=utf-8",
              "application/json;charset=UTF-8", "application/json; charset=\"utf-8\"",
              "application/json ; Charset=Utf-8", "application/json; version=1",
              "application/json; version=1; charset=utf-8", "application/json;"}) {
            const auto document = http::readJson(request(type, "{\"a\":1}"));
            CPPUNIT_ASSERT_MESSAGE(type, document.root().find("a"));
        }
    }

    void refusesOtherMediaTypes() {
        for (const char* type :
             {"", "text/plain", "application/jsonp", "application/json-patch+json",
              "application/problem+json", "application/x-www-form-urlencoded",
              "multipart/form-data; boundary=x", "application", "application/json, text/plain",
              "application/json; charset=latin1", "application/json; charset=utf-16",
              "application/json; charset", "application/json; charset=",
              "application/json; version=1; charset=iso-8859-1", "text/plain; charset=utf-8"})
            CPPUNIT_ASSERT_MESSAGE(type, isRefused(request(type, "{}")));
    }

    void refusesABodyWithoutMediaType() {
        http::Request without = request("", "{}");
        without.headers.clear();
        CPPUNIT_ASSERT(isRefused(without));
    }

    void refusesWhatIsEncoded() {
        for (const char* coding : {"gzip", "identity, gzip", "br", ""})
            for (const char* body : {"{}", ""}) {
                http::Request encoded = request("application/json", body);
                encoded.headers.push_back({"content-encoding", coding});
                CPPUNIT_ASSERT_MESSAGE(coding, isRefused(encoded));
            }
    }

    void noBodyIsAnEmptyObject() {
        for (const char* type : {"application/json", "text/plain", ""}) {
            const auto document = http::readJson(request(type, ""));
            CPPUNIT_ASSERT(document.root().type() == json::Type::object);
            CPPUNIT_ASSERT(document.root().size() == 0);
        }
    }

    void refusesMalformedJson() {
        for (const char* body : {"{", " ", "{}{}", "nul"}) {
            const auto error =
                thrownError([&] { http::readJson(request("application/json", body)); }, body);
            CPPUNIT_ASSERT(error.kind() == ErrorKind::malformedRequest);
            CPPUNIT_ASSERT_EQUAL(std::string("Malformed JSON"), std::string(error.what()));
        }
    }

private:
    static http::Request request(std::string_view type, std::string_view body) {
        return {http::Method::post, "/", {{"content-type", type}}, body};
    }

    static bool isRefused(const http::Request& request) {
        return thrownError([&] { http::readJson(request); }).kind() ==
               ErrorKind::unsupportedMediaType;
    }
};

CPPUNIT_TEST_SUITE_REGISTRATION(JsonBodyTest);

} // namespace kubecred::test
