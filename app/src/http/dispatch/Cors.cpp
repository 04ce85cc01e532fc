#include "Cors.h"

#include "Origin.h"
#include "http/message/Grammar.h"
#include "kubecred/Text.h"

#include <algorithm>

namespace kubecred::http {
namespace {

constexpr std::size_t mostRequestedHeaders = 1024; // characters

// What a preflight asks for, where that is a list of header names; otherwise those that the service
// itself reads.
std::string allowedHeaders(const Request& request) {
    const auto asked = request.header("Access-Control-Request-Headers").value_or("");
    if (asked.size() <= mostRequestedHeaders &&
        std::ranges::all_of(split(asked, ","), [](auto name) { return isToken(trim(name)); }))
        return std::string(asked);
    return "Authorization, Content-Type, X-API-Key, X-Request-Id, traceparent";
}

} // namespace

std::optional<Cors> Cors::parse(std::string_view list) {
    Cors cors;
    for (const auto origin : splitList(list)) {
        if (origin == "*")
            cors.any_ = true;
        else if (isOrigin(origin))
            cors.origins_.emplace_back(origin);
        else
            return std::nullopt;
    }
    return cors;
}

bool Cors::isPreflight(const Request& request) noexcept {
    return request.method == Method::options && request.header("Origin") &&
           request.header("Access-Control-Request-Method");
}

bool Cors::allows(const Request& request) const {
    const auto origin = request.header("Origin");
    return any_ || (origin && std::ranges::find(origins_, *origin) != origins_.end());
}

void Cors::addHeaders(const Request& request, Response& response) const {
    if (!any_)
        response.headers.emplace_back("Vary", "Origin");
    if (!allows(request))
        return;
    response.headers.emplace_back("Access-Control-Allow-Origin",
                                  any_ ? "*" : *request.header("Origin"));
    response.headers.emplace_back("Access-Control-Expose-Headers", "X-Request-Id, Retry-After");
}

void Cors::addPreflightHeaders(const Request& request, const std::string& methods,
                               Response& response) const {
    if (!isPreflight(request) || !allows(request))
        return;
    response.headers.emplace_back("Access-Control-Allow-Methods", methods);
    response.headers.emplace_back("Access-Control-Allow-Headers", allowedHeaders(request));
    response.headers.emplace_back("Access-Control-Max-Age", "600");
    response.headers.emplace_back("Vary", "Access-Control-Request-Headers");
}

} // namespace kubecred::http
