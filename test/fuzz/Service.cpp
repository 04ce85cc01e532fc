#include "Service.h"

#include "Fuzz.h"

#include <optional>

namespace kubecred::fuzz {

Service::Service()
    : dispatcher_(router_, authorizer_, logger_, metrics_, *http::Cors::parse("https://a.example"),
                  http::TrustedProxies::parse("10.0.0.0/8").value()) {
    const ModuleContext context{router_, storage_, clock_, logger_, metrics_, false, "worker-1"};
    issuance_.start(context);
    verification_.start(context);
    router_.add(http::Method::get, "/locked", {.access = http::Access::admin},
                [](const http::Request&, const RequestContext&) { return http::Response{}; });
}

http::Response Service::answer(http::Exchange& exchange) {
    std::optional<http::Response> answered;
    dispatcher_.admit(exchange);
    dispatcher_.answer(exchange, executor_,
                       [&](const http::Response& response) { answered = response; });
    require(answered.has_value(), "every request is answered");
    require(answered->status != 500, "no input is an internal error");
    return *std::move(answered);
}

} // namespace kubecred::fuzz
