#include "Dispatcher.h"

#include "ErrorRendering.h"
#include "Tracing.h"
#include "kubecred/Text.h"
#include "kubecred/domain/Uuid.h"

#include <array>
#include <exception>
#include <typeinfo>
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

struct Dispatcher::Outcome {
    Response response;
    std::string_view route;
    std::string fault = {}; // class of what went wrong, for the log
};

Dispatcher::Dispatcher(const Router& router, Logger& logger, Cors cors, TrustedProxies proxies)
    : router_(router), logger_(logger), cors_(std::move(cors)), proxies_(std::move(proxies)) {}

void identify(Exchange& exchange) {
    const auto given = exchange.request.header("X-Request-Id").value_or("");
    exchange.requestId = isRequestId(given) ? std::string(given) : Uuid::version4().toString();
    exchange.request.requestId = exchange.requestId;
}

Response Dispatcher::answer(Exchange& exchange) const {
    identify(exchange);
    return finish(exchange, dispatch(exchange.request));
}

Response Dispatcher::refuse(Exchange& exchange, const Error& error) const {
    identify(exchange);
    return finish(exchange, {renderError(error, exchange.requestId), "unreadable", error.detail()});
}

Dispatcher::Outcome Dispatcher::dispatch(const Request& request) const {
    const auto matched = router_.match(request.method, request.path);
    Outcome outcome{{}, matched.route.empty() ? "unmatched" : matched.route};
    const auto internal = [&](std::string fault) {
        outcome.response =
            renderError(Error(ErrorKind::internal, "Internal server error"), request.requestId);
        outcome.fault = std::move(fault);
    };
    try {
        outcome.response = respond(request, matched);
    } catch (const Error& error) {
        outcome.response = renderError(error, request.requestId);
        outcome.fault = error.detail();
    } catch (const std::exception& exception) {
        internal(typeid(exception).name()); // its text may quote data
    } catch (...) {
        internal("unknown exception");
    }
    return outcome;
}

Response Dispatcher::respond(const Request& request, const Router::Match& matched) const {
    if (matched.handler != nullptr)
        return (*matched.handler)(request);
    if (request.method == Method::options && request.path == "*")
        return options(request, std::string(everyMethod));
    if (matched.allow.empty())
        throw Error(ErrorKind::notFound, "Not found");
    if (request.method == Method::options)
        return options(request, matched.allow);
    Response response =
        renderError(Error(ErrorKind::methodNotAllowed, "Method not allowed"), request.requestId);
    response.headers.emplace_back("Allow", matched.allow);
    return response;
}

Response Dispatcher::options(const Request& request, const std::string& allow) const {
    Response response{204, {}, {{"Allow", allow}}};
    cors_.addPreflightHeaders(request, allow, response);
    return response;
}

Response Dispatcher::finish(Exchange& exchange, Outcome outcome) const {
    cors_.addHeaders(exchange.request, outcome.response);
    log(exchange, outcome);
    return std::move(outcome.response);
}

void Dispatcher::log(const Exchange& exchange, const Outcome& outcome) const {
    const int status = outcome.response.status;
    const LogLevel level = status >= 500 ? LogLevel::error : LogLevel::info;
    if (!logger_.enabled(level))
        return;
    const Request& request = exchange.request;
    const std::chrono::duration<double, std::milli> took =
        std::chrono::steady_clock::now() - exchange.began;
    const std::string clientIp = proxies_.clientIp(exchange.peer, forwardedFor(request));
    std::array<LogField, 9> fields;
    std::size_t count = 0;
    const auto add = [&](LogField field) { fields[count++] = field; };
    add({"requestId", exchange.requestId});
    add({"method", nameOf(request.method)});
    add({"route", outcome.route});
    add({"status", std::int64_t{status}});
    add({"durationMs", took.count()});
    add({"clientIp", std::string_view(clientIp)});
    if (const auto trace = request.header("traceparent"); trace && isTraceParent(*trace))
        add({"traceparent", *trace});
    if (const auto trace = request.header("X-Amzn-Trace-Id"); trace && isAmazonTraceId(*trace))
        add({"amznTraceId", *trace});
    if (!outcome.fault.empty())
        add({"error", std::string_view(outcome.fault)});
    logger_.write(level, "request", {fields.data(), count});
}

} // namespace kubecred::http
