#include "Dispatcher.h"

#include "ErrorRendering.h"
#include "Tracing.h"
#include "kubecred/ClassName.h"
#include "kubecred/Text.h"
#include "kubecred/domain/Uuid.h"
#include "kubecred/http/Content.h"
#include "kubecred/http/Query.h"

#include <array>
#include <exception>
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

bool asksForOptions(const Request& request) noexcept { return request.method == Method::options; }

bool asksForAnything(const Request& request) noexcept {
    return asksForOptions(request) && request.path == "*";
}

bool mayHaveBody(Method method) noexcept {
    return method == Method::post || method == Method::put || method == Method::patch;
}

// By the caller's request id and traces where they are well-formed, or by a fresh request id.
void identify(Exchange& exchange) {
    const auto given = exchange.request.header("X-Request-Id").value_or("");
    exchange.requestId = isRequestId(given) ? std::string(given) : Uuid::version4().toString();
    const auto parent = exchange.request.header("traceparent").value_or("");
    const auto amazon = exchange.request.header("X-Amzn-Trace-Id").value_or("");
    exchange.context.trace = {exchange.requestId, isTraceParent(parent) ? parent : "",
                              isAmazonTraceId(amazon) ? amazon : ""};
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

void Dispatcher::admit(Exchange& exchange) const {
    identify(exchange);
    exchange.match = router_.match(exchange.request.method, exchange.request.path);
    exchange.route = exchange.match.route.empty() ? "unmatched" : exchange.match.route;
    exchange.refusal = refusalOf(exchange);
}

std::optional<Error> Dispatcher::refusalOf(Exchange& exchange) const {
    if (exchange.match.handler == nullptr)
        return refusalWithoutRoute(exchange);
    Request& request = exchange.request;
    auto decision = authorizer_.decide(request, exchange.policy().access);
    exchange.context.principal = std::move(decision.principal);
    if (decision.refusal)
        return decision.refusal;
    request.parameters = std::move(exchange.match.parameters);
    try {
        request.query = readQuery(request.queryText, exchange.policy());
    } catch (const Error& error) {
        return error;
    }
    return std::nullopt;
}

std::optional<Error> Dispatcher::refusalWithoutRoute(const Exchange& exchange) const {
    if (asksForAnything(exchange.request))
        return std::nullopt;
    if (allowed(exchange).empty())
        return Error(ErrorKind::notFound, "Not found");
    if (asksForOptions(exchange.request))
        return std::nullopt;
    return Error(ErrorKind::methodNotAllowed, "Method not allowed");
}

// What is hidden is not there by any method.
std::string Dispatcher::allowed(const Exchange& exchange) const {
    return router_.allowed(exchange.match.route,
                           [this](Access access) { return !authorizer_.hides(access); });
}

void Dispatcher::answer(Exchange& exchange, Executor& executor, Done done) {
    metrics_.began();
    Sink<Response> sink = [this, &exchange, done = std::move(done)](auto outcome) {
        auto answer = render(exchange, std::move(outcome));
        if (!hasRoom(exchange, answer.response))
            answer = failure(exchange, Error::unavailable("no room for the answer"));
        done(finish(exchange, std::move(answer)));
    };
    std::optional<Deferred<Response>> response;
    try {
        response = respond(exchange);
    } catch (...) {
        sink(std::current_exception());
        return;
    }
    std::move(*response).start(executor, std::move(sink));
}

Response Dispatcher::refuse(Exchange& exchange, const Error& error) {
    metrics_.began();
    if (exchange.requestId.empty())
        identify(exchange);
    return finish(exchange, failure(exchange, error));
}

bool Dispatcher::hasRoom(const Exchange& exchange, const Response& response) noexcept {
    return exchange.memory == nullptr || exchange.memory->grow(response.body.size());
}

Deferred<Response> Dispatcher::respond(Exchange& exchange) const {
    if (exchange.refusal)
        throw Error(*exchange.refusal);
    if (exchange.match.handler == nullptr)
        return options(exchange);
    const Request& request = exchange.request;
    if (mayHaveBody(request.method))
        requireContent(request, exchange.policy().contentTypes);
    exchange.context.deadline = std::chrono::steady_clock::now() + exchange.policy().timeout;
    return (*exchange.match.handler)(request, exchange.context);
}

Response Dispatcher::options(const Exchange& exchange) const {
    const auto allow =
        asksForAnything(exchange.request) ? std::string(everyMethod) : allowed(exchange);
    Response response{204, {}, {{"Allow", allow}}};
    cors_.addPreflightHeaders(exchange.request, allow, response);
    return response;
}

Dispatcher::Answer Dispatcher::render(const Exchange& exchange, Outcome<Response> outcome) const {
    const auto internal = [&](std::string fault) {
        return failure(exchange,
                       Error(ErrorKind::internal, "Internal server error", std::move(fault)));
    };
    try {
        if (const auto* failed = std::get_if<std::exception_ptr>(&outcome))
            std::rethrow_exception(*failed);
        return {std::get<Response>(std::move(outcome))};
    } catch (const Error& error) {
        return failure(exchange, error);
    } catch (const std::exception& exception) {
        return internal(classNameOf(exception)); // its text may quote data
    } catch (...) {
        return internal("unknown exception");
    }
}

// Where every error becomes an answer.
Dispatcher::Answer Dispatcher::failure(const Exchange& exchange, const Error& error) const {
    Response response = renderError(error, exchange.requestId);
    if (error.kind() == ErrorKind::methodNotAllowed)
        response.headers.emplace_back("Allow", allowed(exchange));
    return {std::move(response), error.detail()};
}

Response Dispatcher::finish(const Exchange& exchange, Answer answer) {
    const auto took = std::chrono::steady_clock::now() - exchange.began;
    cors_.addHeaders(exchange.request, answer.response);
    log(exchange, answer, took);
    metrics_.answered(exchange.request.method, exchange.route, answer.response.status, took);
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
    add({"route", exchange.route});
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
