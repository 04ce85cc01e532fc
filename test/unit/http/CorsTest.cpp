#include "http/dispatch/Cors.h"

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
    CPPUNIT_TEST(reflectsTheHeadersThatAreAskedFor);
    CPPUNIT_TEST(reflectsNothingElse);
    CPPUNIT_TEST(tellsOthersNothingOfPreflights);
    CPPUNIT_TEST(takesWhatABrowserMaySend);
    CPPUNIT_TEST(refusesWhatNoBrowserSends);
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
        Cors::parse("*")->addPreflightHeaders(preflight(), "POST, OPTIONS", response);
        CPPUNIT_ASSERT_EQUAL(std::string("POST, OPTIONS"),
                             header(response, "Access-Control-Allow-Methods"));
        CPPUNIT_ASSERT_EQUAL(ownHeaders, header(response, allowHeaders));
        CPPUNIT_ASSERT_EQUAL(std::string("600"), header(response, "Access-Control-Max-Age"));

        http::Response plain;
        Cors::parse("*")->addPreflightHeaders(from("https://a.example"), "POST, OPTIONS", plain);
        CPPUNIT_ASSERT(plain.headers.empty());
    }

    void reflectsTheHeadersThatAreAskedFor() {
        for (const std::string& asked :
             {std::string("content-type"), std::string("baggage,content-type,sentry-trace"),
              std::string("X-Requested-With, Idempotency-Key,\tCache-Control"),
              "x-" + std::string(1022, 'a')}) {
            const auto response = toPreflight("*", asked);
            CPPUNIT_ASSERT_EQUAL(asked, header(response, "Access-Control-Allow-Headers"));
            CPPUNIT_ASSERT_EQUAL(std::string("Access-Control-Request-Headers"),
                                 header(response, "Vary"));
        }
    }

    void reflectsNothingElse() {
        for (const std::string& asked :
             {std::string(), std::string(","), std::string("a,,b"), std::string("a b"),
              std::string("a,"), std::string("a;b"), std::string("<a>"), std::string("\xc3\xa4"),
              std::string("a\"b"), std::string(1025, 'a')})
            CPPUNIT_ASSERT_EQUAL_MESSAGE(asked, ownHeaders,
                                         header(toPreflight("*", asked), allowHeaders));
    }

    void tellsOthersNothingOfPreflights() {
        CPPUNIT_ASSERT_EQUAL(std::string("content-type"),
                             header(toPreflight(list, "content-type"), allowHeaders));
        for (const char* origins : {"", "https://b.example"})
            CPPUNIT_ASSERT(toPreflight(origins, "content-type").headers.empty());
    }

    void takesWhatABrowserMaySend() {
        for (const char* origins :
             {"", " , ", "*", "null", "https://app.example.org", "http://localhost:5173",
              "https://a.example,http://b.example:8443", "http://127.0.0.1", "http://[::1]:3000",
              "https://xn--mller-kva.example", "http://my_host", "capacitor://localhost",
              "chrome-extension://abcdefghijklmnop", "http://a.example:443"})
            CPPUNIT_ASSERT_MESSAGE(origins, Cors::parse(origins));
    }

    void refusesWhatNoBrowserSends() {
        for (const char* origins : {"https://a.example/",
                                    "https://a.example/path",
                                    "https://*.example",
                                    "*.example",
                                    "https://A.example",
                                    "HTTPS://a.example",
                                    "https://a.example:443",
                                    "http://a.example:80",
                                    "a.example",
                                    "//a.example",
                                    "https://",
                                    "://a.example",
                                    "https://user@a.example",
                                    "https://user:password@a.example",
                                    "https://a.example:",
                                    "https://a.example:0",
                                    "https://a.example:080",
                                    "https://a.example:65536",
                                    "https://a.example:x",
                                    "https://a.example?x",
                                    "https://a.example#x",
                                    "https://a..example",
                                    "https://.example",
                                    "https://m\xc3\xbcller.example",
                                    "https://a.example https://b.example",
                                    "http://127.1",
                                    "http://300.1.1.1",
                                    "http://[::1",
                                    "http://::1",
                                    "http://[127.0.0.1]",
                                    "http://[::G]",
                                    "1http://a.example",
                                    "https://a.example, b.example",
                                    "localhost:5173",
                                    "None"})
            CPPUNIT_ASSERT_MESSAGE(origins, !Cors::parse(origins));
    }

private:
    static http::Request from(std::string_view origin) {
        return {Method::post, "/", {{"origin", origin}}, {}};
    }

    static http::Request preflight() {
        return {Method::options,
                "/",
                {{"Origin", "https://a.example"}, {"access-control-request-method", "POST"}},
                {}};
    }

    static http::Response answered(std::string_view origins, const http::Request& request) {
        http::Response response;
        Cors::parse(origins)->addHeaders(request, response);
        return response;
    }

    static http::Response toPreflight(std::string_view origins, const std::string& asked) {
        auto request = preflight();
        request.headers.push_back({"access-control-request-headers", asked});
        http::Response response;
        Cors::parse(origins)->addPreflightHeaders(request, "POST, OPTIONS", response);
        return response;
    }

    static std::string header(const http::Response& response, const std::string& name) {
        for (const auto& [given, value] : response.headers)
            if (given == name)
                return value;
        return {};
    }

    static inline const std::string allowHeaders = "Access-Control-Allow-Headers";
    static inline const std::string ownHeaders =
        "Authorization, Content-Type, X-API-Key, X-Request-Id, traceparent";
    static constexpr std::string_view list = "https://a.example, https://b.example:8443";
};

CPPUNIT_TEST_SUITE_REGISTRATION(CorsTest);

} // namespace kubecred::test
