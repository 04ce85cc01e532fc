#include "http/dispatch/Dispatcher.h"

#include "host/metrics/PrometheusMetrics.h"
#include "kubecred/domain/Uuid.h"
#include "support/Started.h"
#include "unit/RecordingLogger.h"

#include <cppunit/extensions/HelperMacros.h>

#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace kubecred::test {

using http::Exchange;
using http::Method;

class DispatcherTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(DispatcherTest);
    CPPUNIT_TEST(answersByTheHandler);
    CPPUNIT_TEST(unknownPathsAreNotFound);
    CPPUNIT_TEST(otherMethodsAreNotAllowed);
    CPPUNIT_TEST(optionsTellWhatIsAllowed);
    CPPUNIT_TEST(answersPreflights);
    CPPUNIT_TEST(errorsBecomeAnswers);
    CPPUNIT_TEST(otherExceptionsTellNothing);
    CPPUNIT_TEST(whatIsHiddenIsNotThereByAnyMethod);
    CPPUNIT_TEST(asksForAKeyBeforeTheHandler);
    CPPUNIT_TEST(namesTheKeyInTheLog);
    CPPUNIT_TEST(tellsTheHandlerWhoAsksAndUntilWhen);
    CPPUNIT_TEST(refusesBeforeTheBodyWhatItCan);
    CPPUNIT_TEST(readsTheQueryAsThePolicySays);
    CPPUNIT_TEST(takesTheContentTypesOfThePolicy);
    CPPUNIT_TEST(refusesWhatCouldNotBeRead);
    CPPUNIT_TEST(namesTheRouteOfWhatCouldNotBeReadToItsEnd);
    CPPUNIT_TEST(goesByTheCallersRequestId);
    CPPUNIT_TEST(replacesABadRequestId);
    CPPUNIT_TEST_SUITE_END();

public:
    void setUp() override {
        router_ = {};
        router_.add(Method::get, "/ok", {},
                    [](const http::Request&, const RequestContext& context) {
                        return http::Response{
                            200, "{\"id\":\"" + std::string(context.trace.requestId) + "\"}"};
                    });
        router_.add(Method::post, "/away", {.access = http::Access::anyone},
                    [](const http::Request&, const RequestContext&) -> http::Response {
                        throw Error::unavailable("database unreachable");
                    });
        router_.add(Method::get, "/bug", {.access = http::Access::anyone},
                    [](const http::Request&, const RequestContext&) -> http::Response {
                        throw std::runtime_error("secret text");
                    });
        router_.add(
            Method::get, "/worse", {.access = http::Access::anyone},
            [](const http::Request&, const RequestContext&) -> http::Response { throw 42; });
    }

    void answersByTheHandler() {
        const auto response = answer(Method::get, "/ok/");
        CPPUNIT_ASSERT_EQUAL(200, response.status);
        CPPUNIT_ASSERT_EQUAL(std::string(R"({"id":"request-1"})"), response.body);
        CPPUNIT_ASSERT_EQUAL(std::string("*"), header(response, "Access-Control-Allow-Origin"));
        CPPUNIT_ASSERT_EQUAL(200, answer(Method::head, "/ok").status);
    }

    void unknownPathsAreNotFound() {
        for (const Method method : {Method::get, Method::post, Method::options, Method::other}) {
            const auto response = answer(method, "/nothing");
            CPPUNIT_ASSERT_EQUAL(404, response.status);
            CPPUNIT_ASSERT_EQUAL(
                std::string(R"({"success":false,"message":"Not found","requestId":"request-1"})"),
                response.body);
            CPPUNIT_ASSERT_EQUAL(std::string("*"), header(response, "Access-Control-Allow-Origin"));
        }
        CPPUNIT_ASSERT_EQUAL(404, answer(Method::get, "*").status);
    }

    void otherMethodsAreNotAllowed() {
        const auto response = answer(Method::delete_, "/ok");
        CPPUNIT_ASSERT_EQUAL(405, response.status);
        CPPUNIT_ASSERT_EQUAL(std::string("GET, HEAD, OPTIONS"), header(response, "Allow"));
        CPPUNIT_ASSERT(response.body.find(R"("success":false)") != std::string::npos);
        CPPUNIT_ASSERT(response.body.find(R"("requestId":"request-1")") != std::string::npos);
        CPPUNIT_ASSERT_EQUAL(std::string("POST, OPTIONS"),
                             header(answer(Method::get, "/away"), "Allow"));
        CPPUNIT_ASSERT_EQUAL(405, answer(Method::other, "/away").status);
    }

    void optionsTellWhatIsAllowed() {
        const auto response = answer(Method::options, "/away");
        CPPUNIT_ASSERT_EQUAL(204, response.status);
        CPPUNIT_ASSERT_EQUAL(std::string("POST, OPTIONS"), header(response, "Allow"));
        CPPUNIT_ASSERT_EQUAL(std::string(), response.body);
        CPPUNIT_ASSERT_EQUAL(std::string(), header(response, "Access-Control-Allow-Methods"));
        CPPUNIT_ASSERT_EQUAL(204, answer(Method::options, "*").status);
    }

    void answersPreflights() {
        const auto response = answer(Method::options, "/away", preflight);
        CPPUNIT_ASSERT_EQUAL(204, response.status);
        CPPUNIT_ASSERT_EQUAL(std::string("*"), header(response, "Access-Control-Allow-Origin"));
        CPPUNIT_ASSERT_EQUAL(std::string("POST, OPTIONS"),
                             header(response, "Access-Control-Allow-Methods"));
        CPPUNIT_ASSERT(header(response, "Access-Control-Allow-Headers").find("content-type") !=
                       std::string::npos);
    }

    void errorsBecomeAnswers() {
        const auto response = answer(Method::post, "/away");
        CPPUNIT_ASSERT_EQUAL(503, response.status);
        CPPUNIT_ASSERT(!header(response, "Retry-After").empty());
        CPPUNIT_ASSERT(response.body.find("unreachable") == std::string::npos);
    }

    void otherExceptionsTellNothing() {
        for (const char* path : {"/bug", "/worse"}) {
            const auto response = answer(Method::get, path);
            CPPUNIT_ASSERT_EQUAL(500, response.status);
            CPPUNIT_ASSERT_EQUAL(
                std::string(R"({"success":false,"message":"Internal server error",)"
                            R"("requestId":"request-1"})"),
                response.body);
        }
        for (const auto& event : logger_.events())
            for (const auto& [name, value] : event.fields)
                CPPUNIT_ASSERT(value.find("secret") == std::string::npos);
        CPPUNIT_ASSERT_EQUAL(std::string("std::runtime_error"),
                             logger_.events().front().fields.at("error"));
    }

    void whatIsHiddenIsNotThereByAnyMethod() {
        router_.add(Method::get, "/hidden", {.access = http::Access::admin},
                    [](const http::Request&, const RequestContext&) { return http::Response{}; });
        router_.add(Method::post, "/hidden", {.access = http::Access::peer},
                    [](const http::Request&, const RequestContext&) { return http::Response{}; });
        const auto nowhere = answer(Method::get, "/nowhere");
        for (const Method method : {Method::get, Method::head, Method::post, Method::delete_,
                                    Method::options, Method::other}) {
            const auto response = answer(method, "/hidden", preflight);
            CPPUNIT_ASSERT_EQUAL(nowhere.body, response.body);
            CPPUNIT_ASSERT(response.headers == nowhere.headers);
        }
        keys_.replace({{"admin", {http::Access::admin}, sha256("a")}});
        CPPUNIT_ASSERT_EQUAL(std::string("GET, HEAD, OPTIONS"),
                             header(answer(Method::options, "/hidden"), "Allow"));
        CPPUNIT_ASSERT_EQUAL(401, answer(Method::get, "/hidden").status);
    }

    void asksForAKeyBeforeTheHandler() {
        int calls = 0;
        router_.add(Method::post, "/locked", {.access = http::Access::issue},
                    [&](const http::Request&, const RequestContext&) {
                        ++calls;
                        return http::Response{};
                    });
        const auto refused = answer(Method::post, "/locked");
        CPPUNIT_ASSERT_EQUAL(401, refused.status);
        CPPUNIT_ASSERT_EQUAL(std::string("Bearer"), header(refused, "WWW-Authenticate"));
        CPPUNIT_ASSERT_EQUAL(403, answer(Method::post, "/locked", {{"X-API-Key", "v"}}).status);
        CPPUNIT_ASSERT_EQUAL(0, calls);
        CPPUNIT_ASSERT_EQUAL(200, answer(Method::post, "/locked", {{"X-API-Key", "i"}}).status);
        CPPUNIT_ASSERT_EQUAL(1, calls);
        CPPUNIT_ASSERT_EQUAL(405, answer(Method::get, "/locked").status);
    }

    void namesTheKeyInTheLog() {
        router_.add(Method::get, "/locked", {.access = http::Access::issue},
                    [](const http::Request&, const RequestContext&) { return http::Response{}; });
        const auto keyName = [&](std::string_view key) {
            answer(Method::get, "/locked", {{"X-API-Key", key}});
            const auto fields = logger_.events().back().fields;
            const auto found = fields.find("keyName");
            return found == fields.end() ? std::string("none") : found->second;
        };
        CPPUNIT_ASSERT_EQUAL(std::string("issuer"), keyName("i"));
        CPPUNIT_ASSERT_EQUAL(std::string("verifier"), keyName("v")); // which was refused
        CPPUNIT_ASSERT_EQUAL(std::string("none"), keyName("unknown"));
    }

    void tellsTheHandlerWhoAsksAndUntilWhen() {
        std::optional<RequestContext> told;
        router_.add(Method::post, "/locked",
                    {.access = http::Access::issue, .timeout = std::chrono::milliseconds(300)},
                    [&](const http::Request&, const RequestContext& context) {
                        told = context;
                        return http::Response{};
                    });
        const auto before = std::chrono::steady_clock::now();
        answer(Method::post, "/locked", {{"X-API-Key", "i"}});
        const auto after = std::chrono::steady_clock::now();
        CPPUNIT_ASSERT(told->deadline >= before + std::chrono::milliseconds(300));
        CPPUNIT_ASSERT(told->deadline <= after + std::chrono::milliseconds(300));
        CPPUNIT_ASSERT_EQUAL(std::string("issuer"), told->principal.keyName);
        CPPUNIT_ASSERT(told->principal.scopes == std::vector{http::Access::issue});
    }

    void refusesBeforeTheBodyWhatItCan() {
        router_.add(Method::post, "/locked/{id}", {.access = http::Access::issue, .bodyBytes = 7},
                    [](const http::Request&, const RequestContext&) { return http::Response{}; });
        const auto refusal = [&](Method method, std::string_view path, Headers headers) {
            Exchange exchange{request(method, path, std::move(headers)), peer_, {}};
            dispatcher_.admit(exchange);
            return exchange.refusal ? exchange.refusal->what() : std::string();
        };
        CPPUNIT_ASSERT_EQUAL(std::string("Not found"), refusal(Method::post, "/nothing", {}));
        CPPUNIT_ASSERT_EQUAL(std::string("Method not allowed"), refusal(Method::post, "/ok", {}));
        CPPUNIT_ASSERT_EQUAL(std::string("The API key is not valid"),
                             refusal(Method::post, "/locked/1", {{"X-API-Key", "x"}}));
        CPPUNIT_ASSERT_EQUAL(std::string(),
                             refusal(Method::post, "/locked/1", {{"X-API-Key", "i"}}));
        CPPUNIT_ASSERT_EQUAL(std::string(), refusal(Method::options, "/locked/1", {}));
        CPPUNIT_ASSERT_EQUAL(std::string(), refusal(Method::options, "*", {}));
        Exchange exchange{request(Method::post, "/locked/1", {}), peer_, {}};
        dispatcher_.admit(exchange);
        CPPUNIT_ASSERT_EQUAL(std::size_t{7}, exchange.policy().bodyBytes);
        CPPUNIT_ASSERT_EQUAL(std::string_view("/locked/{id}"), exchange.route);
        CPPUNIT_ASSERT(logger_.events().empty());
    }

    void readsTheQueryAsThePolicySays() {
        std::string told;
        const auto tell = [&](const http::Request& asked, const RequestContext&) {
            told = std::string(asked.queryValue("x").value_or("none")) + asked.parameter("id");
            return http::Response{};
        };
        router_.add(Method::get, "/strict/{id}", {.query = {"x"}}, tell);
        router_.add(Method::get, "/open/{id}", {.unknownQuery = http::UnknownQuery::ignored}, tell);
        const auto statusOf = [&](std::string_view path, std::string_view query) {
            http::Request asked = request(Method::get, path, {});
            asked.queryText = query;
            Exchange exchange{std::move(asked), peer_, {}};
            return answered(exchange).status;
        };
        CPPUNIT_ASSERT_EQUAL(200, statusOf("/strict/7", "x=a%20b"));
        CPPUNIT_ASSERT_EQUAL(std::string("a b7"), told);
        for (const char* bad : {"y=1", "x=1&x=2", "x=%ff", "%00"})
            CPPUNIT_ASSERT_EQUAL_MESSAGE(bad, 400, statusOf("/strict/7", bad));
        CPPUNIT_ASSERT_EQUAL(200, statusOf("/open/8", "x=1&x=2&%ff"));
        CPPUNIT_ASSERT_EQUAL(std::string("none8"), told);
    }

    void takesTheContentTypesOfThePolicy() {
        const auto handler = [](const http::Request&, const RequestContext&) {
            return http::Response{};
        };
        router_.add(Method::post, "/texts", {.contentTypes = {"text/csv", "application/json"}},
                    handler);
        router_.add(Method::get, "/texts", {}, handler);
        const auto statusOf = [&](Method method, std::string_view type, std::string_view body) {
            http::Request asked = request(method, "/texts", {{"Content-Type", type}});
            asked.body = body;
            Exchange exchange{std::move(asked), peer_, {}};
            return answered(exchange).status;
        };
        CPPUNIT_ASSERT_EQUAL(200, statusOf(Method::post, "text/csv", "a"));
        CPPUNIT_ASSERT_EQUAL(200, statusOf(Method::post, "application/json", "a"));
        CPPUNIT_ASSERT_EQUAL(415, statusOf(Method::post, "text/html", "a"));
        CPPUNIT_ASSERT_EQUAL(200, statusOf(Method::post, "text/html", ""));
        CPPUNIT_ASSERT_EQUAL(200, statusOf(Method::get, "text/html", "a"));
    }

    void namesTheRouteOfWhatCouldNotBeReadToItsEnd() {
        Exchange exchange{request(Method::get, "/ok", {}), peer_, std::chrono::steady_clock::now()};
        dispatcher_.admit(exchange);
        dispatcher_.refuse(exchange, Error(ErrorKind::bodyTooLarge, "Request body too large"));
        const auto fields = logger_.events().back().fields;
        CPPUNIT_ASSERT_EQUAL(std::string("/ok"), fields.at("route"));
        CPPUNIT_ASSERT_EQUAL(std::string("413"), fields.at("status"));
        CPPUNIT_ASSERT_EQUAL(std::string("request-1"), fields.at("requestId"));
    }

    void refusesWhatCouldNotBeRead() {
        Exchange exchange{{}, peer_, std::chrono::steady_clock::now()};
        const auto response =
            dispatcher_.refuse(exchange, Error(ErrorKind::bodyTooLarge, "Request body too large"));
        CPPUNIT_ASSERT_EQUAL(413, response.status);
        CPPUNIT_ASSERT_EQUAL(
            R"({"success":false,"message":"Request body too large","requestId":")" +
                exchange.requestId + "\"}",
            response.body);
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, logger_.events().size());
    }

    void goesByTheCallersRequestId() {
        Exchange exchange{request(Method::get, "/ok", {}), peer_, {}};
        answered(exchange);
        CPPUNIT_ASSERT_EQUAL(std::string("request-1"), exchange.requestId);
    }

    void replacesABadRequestId() {
        for (const std::string& id : {std::string(), std::string(65, 'x'), std::string("a b"),
                                      std::string("a\"b"), std::string("=?utf-8?q?x?=")}) {
            http::Request asked{Method::get, "/ok", {{"X-Request-Id", id}}, {}};
            Exchange exchange{asked, peer_, {}};
            const auto response = answered(exchange);
            CPPUNIT_ASSERT(Uuid::parse(exchange.requestId));
            CPPUNIT_ASSERT_EQUAL("{\"id\":\"" + exchange.requestId + "\"}", response.body);
        }
    }

private:
    using Headers = std::vector<http::Header>;

    static inline const Headers preflight{{"Origin", "https://a.example"},
                                          {"Access-Control-Request-Method", "POST"},
                                          {"Access-Control-Request-Headers", "content-type"}};

    static http::Request request(Method method, std::string_view path, Headers headers) {
        headers.push_back({"x-request-id", "request-1"});
        return {method, path, std::move(headers), {}};
    }

    http::Response answer(Method method, std::string_view path, Headers headers = {}) {
        Exchange exchange{request(method, path, std::move(headers)), peer_,
                          std::chrono::steady_clock::now()};
        return answered(exchange);
    }

    http::Response answered(Exchange& exchange) {
        InlineExecutor executor;
        std::vector<http::Response> responses;
        dispatcher_.admit(exchange);
        dispatcher_.answer(exchange, executor,
                           [&](const auto& response) { responses.push_back(response); });
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, responses.size());
        return responses.front();
    }

    static std::string header(const http::Response& response, const std::string& name) {
        for (const auto& [given, value] : response.headers)
            if (given == name)
                return value;
        return {};
    }

    http::Router router_;
    RecordingLogger logger_;
    const std::string peer_ = "192.0.2.1";
    host::PrometheusMetrics metrics_;
    auth::KeyRing keys_{{{"issuer", {http::Access::issue}, sha256("i")},
                         {"verifier", {http::Access::verify}, sha256("v")}}};
    auth::Authorizer authorizer_{keys_};
    http::Dispatcher dispatcher_{
        router_, authorizer_, logger_, metrics_, *http::Cors::parse("*"), http::TrustedProxies()};
};

CPPUNIT_TEST_SUITE_REGISTRATION(DispatcherTest);

} // namespace kubecred::test
