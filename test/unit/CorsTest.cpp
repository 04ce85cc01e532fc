#include "http/Cors.h"

#include <cppunit/extensions/HelperMacros.h>

#include <string>

namespace kubecred::test {

using http::Cors;
using http::Method;

class CorsTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(CorsTest);
    CPPUNIT_TEST(anyOriginMayRead);
    CPPUNIT_TEST(listedOriginsMayRead);
    CPPUNIT_TEST(othersMayNotRead);
    CPPUNIT_TEST(knowsPreflights);
    CPPUNIT_TEST(answersPreflights);
    CPPUNIT_TEST_SUITE_END();

public:
    void anyOriginMayRead() {
        for (const char* origins : {"*", "https://a.example, *"})
            for (const auto& request : {from("https://b.example"), http::Request()}) {
                const auto response = answered(origins, request);
                CPPUNIT_ASSERT_EQUAL(std::string("*"),
                                     header(response, "Access-Control-Allow-Origin"));
                CPPUNIT_ASSERT_EQUAL(std::string("X-Request-Id, Retry-After"),
                                     header(response, "Access-Control-Expose-Headers"));
                CPPUNIT_ASSERT_EQUAL(std::string(), header(response, "Vary"));
            }
    }

    void listedOriginsMayRead() {
        const auto response = answered(list, from("https://b.example:8443"));
        CPPUNIT_ASSERT_EQUAL(std::string("https://b.example:8443"),
                             header(response, "Access-Control-Allow-Origin"));
        CPPUNIT_ASSERT_EQUAL(std::string("Origin"), header(response, "Vary"));
        CPPUNIT_ASSERT(!header(response, "Access-Control-Expose-Headers").empty());
    }

    void othersMayNotRead() {
        for (const char* origin :
             {"https://c.example", "http://a.example", "https://a.example.evil", "null", "",
              "https://a.example:443", "https://A.example", "https://a.example, https://b.example",
              "*"}) {
            const auto response = answered(list, from(origin));
            CPPUNIT_ASSERT_EQUAL_MESSAGE(origin, std::size_t{1}, response.headers.size());
            CPPUNIT_ASSERT_EQUAL_MESSAGE(origin, std::string("Origin"), header(response, "Vary"));
        }
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, answered(list, {}).headers.size());
        CPPUNIT_ASSERT_EQUAL(std::string(), header(answered("", from("https://a.example")),
                                                   "Access-Control-Allow-Origin"));
    }

    void knowsPreflights() {
        CPPUNIT_ASSERT(Cors::isPreflight(preflight()));
        for (std::size_t missing = 0; missing < 2; ++missing) {
            auto request = preflight();
            request.headers.erase(request.headers.begin() + static_cast<std::ptrdiff_t>(missing));
            CPPUNIT_ASSERT(!Cors::isPreflight(request));
        }
        auto get = preflight();
        get.method = Method::get;
        CPPUNIT_ASSERT(!Cors::isPreflight(get));
    }

    void answersPreflights() {
        http::Response response;
        Cors("*").addPreflightHeaders(preflight(), "POST, OPTIONS", response);
        CPPUNIT_ASSERT_EQUAL(std::string("POST, OPTIONS"),
                             header(response, "Access-Control-Allow-Methods"));
        CPPUNIT_ASSERT_EQUAL(
            std::string("Authorization, Content-Type, X-API-Key, X-Request-Id, traceparent"),
            header(response, "Access-Control-Allow-Headers"));
        CPPUNIT_ASSERT_EQUAL(std::string("600"), header(response, "Access-Control-Max-Age"));

        http::Response plain;
        Cors("*").addPreflightHeaders(from("https://a.example"), "POST, OPTIONS", plain);
        CPPUNIT_ASSERT(plain.headers.empty());
    }

private:
    static http::Request from(std::string_view origin) {
        return {Method::post, "/", {{"origin", origin}}, {}, {}};
    }

    static http::Request preflight() {
        return {Method::options,
                "/",
                {{"Origin", "https://a.example"}, {"access-control-request-method", "POST"}},
                {},
                {}};
    }

    static http::Response answered(std::string_view origins, const http::Request& request) {
        http::Response response;
        Cors(origins).addHeaders(request, response);
        return response;
    }

    static std::string header(const http::Response& response, const std::string& name) {
        for (const auto& [given, value] : response.headers)
            if (given == name)
                return value;
        return {};
    }

    static constexpr std::string_view list = "https://a.example, https://b.example:8443";
};

CPPUNIT_TEST_SUITE_REGISTRATION(CorsTest);

} // namespace kubecred::test
