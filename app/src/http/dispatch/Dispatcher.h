#pragma once

#include "Cors.h"
#include "Exchange.h"
#include "RequestMetrics.h"
#include "TrustedProxies.h"
#include "auth/Authorizer.h"
#include "kubecred/Deferred.h"
#include "kubecred/Error.h"
#include "kubecred/Log.h"

#include <chrono>
#include <functional>
#include <optional>
#include <string>

namespace kubecred::http {

/// Turns requests into answers: finds the route, sees who may ask, calls its handler, turns every
/// exception into an answer (the one place that does), and logs and counts each. An answer for
/// which there is no room becomes one that says so. Safe to call from several threads at once.
class Dispatcher {
public:
    /// The references are kept and must outlive this object.
    Dispatcher(const Router& router, const auth::Authorizer& authorizer, Logger& logger,
               Metrics& metrics, Cors cors, TrustedProxies proxies);

    /// Decides what can be decided once a request's header is there, before its body is invited or
    /// kept: what it is called, its route with the policy, who asks, and whether it is refused.
    /// Once for each request.
    void admit(Exchange& exchange) const;

    using Done = std::function<void(const Response&)>;

    /// Answers an admitted request, now or later: `done` is called once, within the call or on the
    /// executor's thread. The request must be whole unless it is refused, and the exchange stay
    /// until then. Throws nothing.
    void answer(Exchange& exchange, Executor& executor, Done done);

    /// The answer to a request that could not be read, as far as it was: it may be admitted or not.
    Response refuse(Exchange& exchange, const Error& error);

private:
    /// An answer and what the log says of it.
    struct Answer {
        Response response;
        std::string fault = {}; ///< class of what went wrong
    };

    std::optional<Error> refusalOf(Exchange& exchange) const;
    std::optional<Error> refusalWithoutRoute(const Exchange& exchange) const;
    std::string allowed(const Exchange& exchange) const;
    Deferred<Response> respond(Exchange& exchange) const;
    Response options(const Exchange& exchange) const;
    Answer render(const Exchange& exchange, Outcome<Response> outcome) const;
    Answer failure(const Exchange& exchange, const Error& error) const;
    static bool hasRoom(const Exchange& exchange, const Response& response) noexcept;
    Response finish(const Exchange& exchange, Answer answer);
    void log(const Exchange& exchange, const Answer& answer,
             std::chrono::duration<double, std::milli> took) const;

    const Router& router_;
    const auth::Authorizer& authorizer_;
    Logger& logger_;
    RequestMetrics metrics_;
    Cors cors_;
    TrustedProxies proxies_;
};

} // namespace kubecred::http
