#include "host/metrics/PrometheusMetrics.h"
#include "http/dispatch/Dispatcher.h"
#include "support/Started.h"
#include "unit/RecordingLogger.h"

#include <cppunit/extensions/HelperMacros.h>

#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace kubecred::test {

using http::Method;

// The one log event of each request.
class RequestLogTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(RequestLogTest);
    CPPUNIT_TEST(writesOneEventForARequest);
    CPPUNIT_TEST(failuresOfOursAreErrors);
    CPPUNIT_TEST(refusalsAreInfo);
    CPPUNIT_TEST(atErrorOnlyFailuresAreWritten);
    CPPUNIT_TEST(neverNamesAnUnknownPath);
    CPPUNIT_TEST(takesWellFormedTraces);
    CPPUNIT_TEST(believesTrustedProxies);
    CPPUNIT_TEST_SUITE_END();

public:
    void setUp() override {
        router_ = {};
        router_.add(Method::get, "/ok", {.access = http::Access::anyone},
                    [](const http::Request&, const RequestContext&) { return http::Response{}; });
        router_.add(Method::get, "/away", {.access = http::Access::anyone},
                    [](const http::Request&, const RequestContext&) -> http::Response {
                        throw Error::unavailable("database unreachable");
                    });
        router_.add(Method::get, "/bug", {.access = http::Access::anyone},
                    [](const http::Request&, const RequestContext&) -> http::Response {
                        throw std::runtime_error("secret");
                    });
        router_.add(Method::get, "/bad", {.access = http::Access::anyone},
                    [](const http::Request&, const RequestContext&) -> http::Response {
                        throw Error(ErrorKind::malformedRequest, "Malformed JSON", "duplicate key");
                    });
    }

    void writesOneEventForARequest() {
        const auto event = eventOf("/ok/");
        CPPUNIT_ASSERT(event.level == LogLevel::info);
        CPPUNIT_ASSERT_EQUAL(std::string("request"), event.message);
        const auto expect = [&](const char* name, const std::string& value) {
            CPPUNIT_ASSERT_MESSAGE(name, event.fields.contains(name));
            CPPUNIT_ASSERT_EQUAL_MESSAGE(name, value, event.fields.at(name));
        };
        expect("requestId", "request-1");
        expect("method", "GET");
        expect("route", "/ok");
        expect("status", "200");
        expect("clientIp", "10.0.0.1");
        const double took = std::stod(event.fields.at("durationMs"));
        CPPUNIT_ASSERT(took >= 5 && took < 5000);
        CPPUNIT_ASSERT_EQUAL(std::size_t{6}, event.fields.size());
    }

    void failuresOfOursAreErrors() {
        const auto away = eventOf("/away");
        CPPUNIT_ASSERT(away.level == LogLevel::error);
        CPPUNIT_ASSERT_EQUAL(std::string("503"), away.fields.at("status"));
        CPPUNIT_ASSERT_EQUAL(std::string("database unreachable"), away.fields.at("error"));
        const auto bug = eventOf("/bug");
        CPPUNIT_ASSERT(bug.level == LogLevel::error);
        CPPUNIT_ASSERT_EQUAL(std::string("500"), bug.fields.at("status"));
        CPPUNIT_ASSERT(bug.fields.at("error").find("runtime_error") != std::string::npos);
        CPPUNIT_ASSERT(bug.fields.at("error").find("secret") == std::string::npos);
    }

    void refusalsAreInfo() {
        const auto event = eventOf("/bad");
        CPPUNIT_ASSERT(event.level == LogLevel::info);
        CPPUNIT_ASSERT_EQUAL(std::string("400"), event.fields.at("status"));
        CPPUNIT_ASSERT_EQUAL(std::string("duplicate key"), event.fields.at("error"));

        RecordingLogger logger;
        http::Exchange exchange{{}, peer_, {}};
        dispatcher(logger, "")
            .refuse(exchange, Error(ErrorKind::malformedRequest, "m", "bad version"));
        const auto unreadable = logger.events().at(0);
        CPPUNIT_ASSERT(unreadable.level == LogLevel::info);
        CPPUNIT_ASSERT_EQUAL(std::string("unreadable"), unreadable.fields.at("route"));
        CPPUNIT_ASSERT_EQUAL(std::string("bad version"), unreadable.fields.at("error"));
    }

    void atErrorOnlyFailuresAreWritten() {
        RecordingLogger logger(LogLevel::error);
        for (const char* path : {"/ok", "/bad", "/nothing", "/away", "/bug"})
            ask(dispatcher(logger, ""), path, {});
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, logger.events().size());
    }

    void neverNamesAnUnknownPath() {
        const auto event = eventOf("/ada@example.org");
        CPPUNIT_ASSERT_EQUAL(std::string("unmatched"), event.fields.at("route"));
        for (const auto& [name, value] : event.fields)
            CPPUNIT_ASSERT_MESSAGE(name, value.find("ada") == std::string::npos);
    }

    void takesWellFormedTraces() {
        const char* parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        const char* amazon = "Root=1-67891233-abcdef012345678912345678;Sampled=1";
        const auto good =
            eventOf("/ok", {{"Traceparent", parent}, {"x-amzn-trace-id", amazon}}).fields;
        CPPUNIT_ASSERT_EQUAL(std::string(parent), good.at("traceparent"));
        CPPUNIT_ASSERT_EQUAL(std::string(amazon), good.at("amznTraceId"));
        const auto bad =
            eventOf("/ok", {{"traceparent", "x"}, {"X-Amzn-Trace-Id", "Root=evil"}}).fields;
        CPPUNIT_ASSERT(!bad.contains("traceparent") && !bad.contains("amznTraceId"));
        const auto all =
            eventOf("/away", {{"traceparent", parent}, {"X-Amzn-Trace-Id", amazon}}).fields;
        CPPUNIT_ASSERT_EQUAL(std::size_t{9}, all.size());
    }

    void believesTrustedProxies() {
        const std::vector<http::Header> forwarded{{"X-Forwarded-For", "9.9.9.9"},
                                                  {"x-forwarded-for", "1.2.3.4, 10.0.0.2"}};
        CPPUNIT_ASSERT_EQUAL(std::string("10.0.0.1"),
                             eventOf("/ok", forwarded).fields.at("clientIp"));
        CPPUNIT_ASSERT_EQUAL(std::string("1.2.3.4"),
                             eventOf("/ok", forwarded, "10.0.0.0/8").fields.at("clientIp"));
    }

private:
    http::Dispatcher dispatcher(Logger& logger, std::string_view proxies) {
        return {router_,
                authorizer_,
                logger,
                metrics_,
                *http::Cors::parse("*"),
                http::TrustedProxies::parse(proxies).value()};
    }

    void ask(http::Dispatcher&& dispatcher, std::string_view path,
             std::vector<http::Header> headers) const {
        headers.push_back({"X-Request-Id", "request-1"});
        http::Exchange exchange{{Method::get, path, std::move(headers), {}},
                                peer_,
                                std::chrono::steady_clock::now() - std::chrono::milliseconds(5)};
        InlineExecutor executor;
        dispatcher.admit(exchange);
        dispatcher.answer(exchange, executor, [](const http::Response&) {});
    }

    RecordingLogger::Event eventOf(std::string_view path, std::vector<http::Header> headers = {},
                                   std::string_view proxies = {}) {
        RecordingLogger logger;
        ask(dispatcher(logger, proxies), path, std::move(headers));
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, logger.events().size());
        return logger.events().front();
    }

    http::Router router_;
    auth::KeyRing keys_{{}};
    auth::Authorizer authorizer_{keys_};
    host::PrometheusMetrics metrics_;
    const std::string peer_ = "10.0.0.1";
};

CPPUNIT_TEST_SUITE_REGISTRATION(RequestLogTest);

} // namespace kubecred::test
