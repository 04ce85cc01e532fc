#include "Dispatcher.h"

#include "ErrorRendering.h"
#include "Tracing.h"
#include "kubecred/ClassName.h"
#include "kubecred/Text.h"
#include "kubecred/domain/Uuid.h"

#include <array>
#include <exception>
#include <optional>
#include <utility>

namespace kubecred::http {
namespace {

constexpr std::string_view everyMethod = "GET, HEAD, POST, OPTIONS";

std::string forwardedFor(const Request& request) {
    std::string list;
    for (const Header& header : request.headers)
        if (equalsIgnoringCase(header.name, "X-Forwarded-For"))
            list.append(list.empty() ? "" : ",").append(header.value);
    return list;
}

} // namespace

Dispatcher::Dispatcher(const Router& router, const auth::Authorizer& authorizer, Logger& logger,
                       Metrics& metrics, Cors cors, TrustedProxies proxies)
    : router_(router),
      authorizer_(authorizer),
      logger_(logger),
      metrics_(metrics),
      cors_(std::move(cors)),
      proxies_(std::move(proxies)) {}

void identify(Exchange& exchange) {
    const auto given = exchange.request.header("X-Request-Id").value_or("");
    exchange.requestId = isRequestId(given) ? std::string(given) : Uuid::version4().toString();
    const auto parent = exchange.request.header("traceparent").value_or("");
    const auto amazon = exchange.request.header("X-Amzn-Trace-Id").value_or("");
    exchange.context.trace = {exchange.requestId, isTraceParent(parent) ? parent : "",
                              isAmazonTraceId(amazon) ? amazon : ""};
}

void Dispatcher::answer(Exchange& exchange, Executor& executor, Done done) {
    metrics_.began();
    identify(exchange);
    const auto matched = router_.match(exchange.request.method, exchange.request.path);
    const std::string_view route = matched.route.empty() ? "unmatched" : matched.route;
    Sink<Response> sink = [this, &exchange, route, done = std::move(done)](auto outcome) {
        auto answer = render(exchange.requestId, route, std::move(outcome));
        if (!hasRoom(exchange, answer.response))
            answer = render(exchange.requestId, route,
                            std::make_exception_ptr(Error::unavailable("no room for the answer")));
        done(finish(exchange, std::move(answer)));
    };
    std::optional<Deferred<Response>> response;
    try {
        response = respond(exchange, matched);
    } catch (...) {
        sink(std::current_exception());
        return;
    }
    std::move(*response).start(executor, std::move(sink));
}

Response Dispatcher::refuse(Exchange& exchange, const Error& error) {
    metrics_.began();
    identify(exchange);
    return finish(exchange, {renderError(error, exchange.requestId), "unreadable", error.detail()});
}

bool Dispatcher::hasRoom(const Exchange& exchange, const Response& response) noexcept {
    return exchange.memory == nullptr || exchange.memory->grow(response.body.size());
}

Dispatcher::Answer Dispatcher::render(std::string_view requestId, std::string_view route,
                                      Outcome<Response> outcome) {
    const auto internal = [&](std::string fault) {
        const Error error(ErrorKind::internal, "Internal server error");
        return Answer{renderError(error, requestId), route, std::move(fault)};
    };
    try {
        if (const auto* failure = std::get_if<std::exception_ptr>(&outcome))
            std::rethrow_exception(*failure);
        return {std::get<Response>(std::move(outcome)), route};
    } catch (const Error& error) {
        return {renderError(error, requestId), route, error.detail()};
    } catch (const std::exception& exception) {
        return internal(classNameOf(exception)); // its text may quote data
    } catch (...) {
        return internal("unknown exception");
    }
}

Deferred<Response> Dispatcher::respond(Exchange& exchange, const Router::Match& matched) const {
    const Request& request = exchange.request;
    if (matched.handler != nullptr)
        return handle(exchange, matched);
    if (request.method == Method::options && request.path == "*")
        return options(request, std::string(everyMethod));
    const std::string allow = router_.allowed(
        matched.route, [this](Access access) { return !authorizer_.hides(access); });
    if (allow.empty())
        throw Error(ErrorKind::notFound, "Not found");
    if (request.method == Method::options)
        return options(request, allow);
    Response response =
        renderError(Error(ErrorKind::methodNotAllowed, "Method not allowed"), exchange.requestId);
    response.headers.emplace_back("Allow", allow);
    return response;
}

Deferred<Response> Dispatcher::handle(Exchange& exchange, const Router::Match& matched) const {
    auto decision = authorizer_.decide(exchange.request, matched.policy->access);
    exchange.context.principal = std::move(decision.principal);
    if (decision.refusal)
        throw Error(*std::move(decision.refusal));
    exchange.context.deadline = std::chrono::steady_clock::now() + matched.policy->timeout;
    return (*matched.handler)(exchange.request, exchange.context);
}

Response Dispatcher::options(const Request& request, const std::string& allow) const {
    Response response{204, {}, {{"Allow", allow}}};
    cors_.addPreflightHeaders(request, allow, response);
    return response;
}

Response Dispatcher::finish(const Exchange& exchange, Answer answer) {
    const auto took = std::chrono::steady_clock::now() - exchange.began;
    cors_.addHeaders(exchange.request, answer.response);
    log(exchange, answer, took);
    metrics_.answered(exchange.request.method, answer.route, answer.response.status, took);
    return std::move(answer.response);
}

void Dispatcher::log(const Exchange& exchange, const Answer& answer,
                     std::chrono::duration<double, std::milli> took) const {
    const int status = answer.response.status;
    const LogLevel level = status >= 500 ? LogLevel::error : LogLevel::info;
    if (!logger_.enabled(level))
        return;
    const Trace& trace = exchange.context.trace;
    const Principal& principal = exchange.context.principal;
    const std::string clientIp = proxies_.clientIp(exchange.peer, forwardedFor(exchange.request));
    std::array<LogField, 10> fields;
    std::size_t count = 0;
    const auto add = [&](LogField field) { fields[count++] = field; };
    add({"requestId", exchange.requestId});
    add({"method", nameOf(exchange.request.method)});
    add({"route", answer.route});
    add({"status", std::int64_t{status}});
    add({"durationMs", took.count()});
    add({"clientIp", std::string_view(clientIp)});
    if (!principal.keyName.empty())
        add({"keyName", std::string_view(principal.keyName)});
    if (!trace.parent.empty())
        add({"traceparent", trace.parent});
    if (!trace.amazon.empty())
        add({"amznTraceId", trace.amazon});
    if (!answer.fault.empty())
        add({"error", std::string_view(answer.fault)});
    logger_.write(level, "request", {fields.data(), count});
}

} // namespace kubecred::http
