#include "Cors.h"

#include "kubecred/Text.h"

#include <algorithm>

namespace kubecred::http {

Cors::Cors(std::string_view origins) {
    for (const auto origin : splitList(origins)) {
        any_ = any_ || origin == "*";
        origins_.emplace_back(origin);
    }
}

bool Cors::isPreflight(const Request& request) noexcept {
    return request.method == Method::options && request.header("Origin") &&
           request.header("Access-Control-Request-Method");
}

void Cors::addHeaders(const Request& request, Response& response) const {
    if (any_) {
        response.headers.emplace_back("Access-Control-Allow-Origin", "*");
    } else {
        response.headers.emplace_back("Vary", "Origin");
        const auto origin = request.header("Origin");
        if (!origin || std::ranges::find(origins_, *origin) == origins_.end())
            return;
        response.headers.emplace_back("Access-Control-Allow-Origin", *origin);
    }
    response.headers.emplace_back("Access-Control-Expose-Headers", "X-Request-Id, Retry-After");
}

void Cors::addPreflightHeaders(const Request& request, const std::string& methods,
                               Response& response) const {
    if (!isPreflight(request))
        return;
    response.headers.emplace_back("Access-Control-Allow-Methods", methods);
    response.headers.emplace_back("Access-Control-Allow-Headers",
                                  "Authorization, Content-Type, X-API-Key, X-Request-Id, "
                                  "traceparent");
    response.headers.emplace_back("Access-Control-Max-Age", "600");
}

} // namespace kubecred::http
