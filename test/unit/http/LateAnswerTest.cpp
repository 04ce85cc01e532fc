#include "host/metrics/PrometheusMetrics.h"
#include "http/dispatch/Dispatcher.h"
#include "unit/FailedDeferred.h"
#include "unit/RecordingLogger.h"

#include <cppunit/extensions/HelperMacros.h>

#include <chrono>
#include <cstdlib>
#include <functional>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kubecred::test {

using http::Method;
using http::Response;

namespace {

// Keeps the work until the test runs it.
class KeepingExecutor final : public Executor {
public:
    void post(std::function<void()> work) override { kept_.push_back(std::move(work)); }
    SocketWaiter& sockets() noexcept override { std::abort(); }
    Timers& timers() noexcept override { std::abort(); }

    void run() {
        for (const auto& work : std::exchange(kept_, {}))
            work();
    }

private:
    std::vector<std::function<void()>> kept_;
};

// What comes of `operation` once the executor gets to it.
Deferred<Response> later(std::function<Response()> operation) {
    co_await Deferred<int>(
        [](Executor& executor, const Sink<int>& sink) { executor.post([sink] { sink(0); }); });
    co_return operation();
}

} // namespace

/// The dispatcher's answers to requests that have to wait.
class LateAnswerTest : public CppUnit::TestFixture {
    CPPUNIT_TEST_SUITE(LateAnswerTest);
    CPPUNIT_TEST(comesOnceAndOnTheExecutor);
    CPPUNIT_TEST(isLoggedWhenItComes);
    CPPUNIT_TEST(isCompleteLikeAnyOther);
    CPPUNIT_TEST(errorsBecomeAnswers);
    CPPUNIT_TEST(otherExceptionsTellNothing);
    CPPUNIT_TEST(failuresAtOnceAreAnsweredAtOnce);
    CPPUNIT_TEST(requestsThatWaitTogetherKeepApart);
    CPPUNIT_TEST_SUITE_END();

public:
    void setUp() override {
        const auto add = [this](const char* path, const std::function<Response()>& operation) {
            router_.add(Method::get, path, {.access = http::Access::anyone},
                        [operation](const http::Request&, const RequestContext&) {
                            return later(operation);
                        });
        };
        add("/late", [] { return Response{201, "late"}; });
        add("/away", []() -> Response { throw Error::unavailable("database unreachable"); });
        add("/bug", []() -> Response { throw std::runtime_error("secret text"); });
        add("/worse", []() -> Response { throw 42; });
        router_.add(Method::get, "/down", {.access = http::Access::anyone},
                    [](const http::Request&, const RequestContext&) {
                        return failed<Response>(Error::unavailable("database stopping"));
                    });
    }

    void comesOnceAndOnTheExecutor() {
        ask("/late");
        CPPUNIT_ASSERT(responses_.empty());
        executor_.run();
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, responses_.size());
        CPPUNIT_ASSERT_EQUAL(201, responses_[0].status);
        CPPUNIT_ASSERT_EQUAL(std::string("late"), responses_[0].body);
        executor_.run();
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, responses_.size());
    }

    void isLoggedWhenItComes() {
        ask("/late");
        CPPUNIT_ASSERT(logger_.events().empty());
        executor_.run();
        const auto fields = theEvent().fields;
        CPPUNIT_ASSERT_EQUAL(std::string("/late"), fields.at("route"));
        CPPUNIT_ASSERT_EQUAL(std::string("201"), fields.at("status"));
        CPPUNIT_ASSERT_EQUAL(std::string("request-1"), fields.at("requestId"));
    }

    void isCompleteLikeAnyOther() {
        const auto response = answer("/late");
        CPPUNIT_ASSERT(!response.headers.empty());
        CPPUNIT_ASSERT_EQUAL(std::string("Access-Control-Allow-Origin"), response.headers[0].first);
        CPPUNIT_ASSERT_EQUAL(std::string("*"), response.headers[0].second);
    }

    void errorsBecomeAnswers() {
        const auto response = answer("/away");
        CPPUNIT_ASSERT_EQUAL(503, response.status);
        CPPUNIT_ASSERT(response.body.find("unreachable") == std::string::npos);
        CPPUNIT_ASSERT(response.body.find(R"("requestId":"request-1")") != std::string::npos);
        const auto event = theEvent();
        CPPUNIT_ASSERT(event.level == LogLevel::error);
        CPPUNIT_ASSERT_EQUAL(std::string("503"), event.fields.at("status"));
        CPPUNIT_ASSERT_EQUAL(std::string("database unreachable"), event.fields.at("error"));
    }

    void otherExceptionsTellNothing() {
        for (const char* path : {"/bug", "/worse"}) {
            const auto response = answer(path);
            CPPUNIT_ASSERT_EQUAL(500, response.status);
            CPPUNIT_ASSERT_EQUAL(
                std::string(R"({"success":false,"message":"Internal server error",)"
                            R"("requestId":"request-1"})"),
                response.body);
        }
        const auto events = logger_.events();
        CPPUNIT_ASSERT_EQUAL(std::size_t{2}, events.size());
        for (const auto& event : events) {
            CPPUNIT_ASSERT(event.level == LogLevel::error);
            CPPUNIT_ASSERT_EQUAL(std::string("500"), event.fields.at("status"));
            CPPUNIT_ASSERT(event.fields.at("error").find("secret") == std::string::npos);
        }
        CPPUNIT_ASSERT(events[0].fields.at("error").find("runtime_error") != std::string::npos);
    }

    void failuresAtOnceAreAnsweredAtOnce() {
        ask("/down");
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, responses_.size());
        CPPUNIT_ASSERT_EQUAL(503, responses_[0].status);
        CPPUNIT_ASSERT_EQUAL(std::string("database stopping"), theEvent().fields.at("error"));
    }

    void requestsThatWaitTogetherKeepApart() {
        for (const char* path : {"/away", "/late", "/bug"})
            ask(path);
        executor_.run();
        std::string statuses;
        for (const auto& response : responses_)
            statuses += std::to_string(response.status) + " ";
        CPPUNIT_ASSERT_EQUAL(std::string("503 201 500 "), statuses);
    }

private:
    void ask(std::string_view path) {
        exchanges_.push_back(std::make_unique<http::Exchange>(
            http::Exchange{{Method::get, path, {{"X-Request-Id", "request-1"}}, {}},
                           peer_,
                           std::chrono::steady_clock::now()}));
        dispatcher_.admit(*exchanges_.back());
        dispatcher_.answer(*exchanges_.back(), executor_,
                           [this](const Response& response) { responses_.push_back(response); });
    }

    Response answer(std::string_view path) {
        const auto before = responses_.size();
        ask(path);
        executor_.run();
        CPPUNIT_ASSERT_EQUAL(before + 1, responses_.size());
        return responses_.back();
    }

    RecordingLogger::Event theEvent() const {
        const auto events = logger_.events();
        CPPUNIT_ASSERT_EQUAL(std::size_t{1}, events.size());
        return events.front();
    }

    http::Router router_;
    RecordingLogger logger_;
    const std::string peer_ = "192.0.2.1";
    host::PrometheusMetrics metrics_;
    auth::KeyRing keys_{{}};
    auth::Authorizer authorizer_{keys_};
    http::Dispatcher dispatcher_{
        router_, authorizer_, logger_, metrics_, *http::Cors::parse("*"), http::TrustedProxies()};
    KeepingExecutor executor_;
    std::vector<std::unique_ptr<http::Exchange>> exchanges_;
    std::vector<Response> responses_;
};

CPPUNIT_TEST_SUITE_REGISTRATION(LateAnswerTest);

} // namespace kubecred::test
