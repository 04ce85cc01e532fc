#pragma once

#include "Cors.h"
#include "MemoryBudget.h"
#include "RequestMetrics.h"
#include "TrustedProxies.h"
#include "auth/Authorizer.h"
#include "kubecred/Deferred.h"
#include "kubecred/Error.h"
#include "kubecred/Log.h"
#include "kubecred/RequestContext.h"
#include "kubecred/http/Router.h"

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

namespace kubecred::http {

/// What surrounds a request: who sent it over which connection, and since when.
struct Exchange {
    Request request;
    const std::string& peer; ///< address of the other end, without port
    std::chrono::steady_clock::time_point began;
    MemoryShare* memory = nullptr; ///< where the answer has to find room; null: anywhere
    std::string requestId = {};    ///< set by the dispatcher; context.trace points into it
    RequestContext context = {};   ///< set by the dispatcher
};

/// Turns requests into answers: finds the route, sees who may ask, calls its handler, turns every
/// exception into an answer (the one place that does), and logs and counts each. An answer for
/// which there is no room becomes one that says so. Never throws. Safe to call from several threads
/// at once.
class Dispatcher {
public:
    /// The references are kept and must outlive this object.
    Dispatcher(const Router& router, const auth::Authorizer& authorizer, Logger& logger,
               Metrics& metrics, Cors cors, TrustedProxies proxies);

    using Done = std::function<void(const Response&)>;

    /// Answers the request, now or later: `done` is called once, within the call or on the
    /// executor's thread. The exchange must stay until then.
    void answer(Exchange& exchange, Executor& executor, Done done);

    /// The answer to a request that could not be read, as far as it was.
    Response refuse(Exchange& exchange, const Error& error);

private:
    /// An answer and what the log says of it.
    struct Answer {
        Response response;
        std::string_view route;
        std::string fault = {}; ///< class of what went wrong
    };

    Deferred<Response> respond(Exchange& exchange, const Router::Match& matched) const;
    Deferred<Response> handle(Exchange& exchange, const Router::Match& matched) const;
    Response options(const Request& request, const std::string& allow) const;
    static Answer render(std::string_view requestId, std::string_view route,
                         Outcome<Response> outcome);
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

/// Names the exchange: by the caller's request id and traces where they are well-formed, or by a
/// fresh request id.
void identify(Exchange& exchange);

} // namespace kubecred::http
