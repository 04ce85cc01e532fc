#pragma once

#include "Cors.h"
#include "TrustedProxies.h"
#include "kubecred/Error.h"
#include "kubecred/Log.h"
#include "kubecred/http/Router.h"

#include <chrono>
#include <string>

namespace kubecred::http {

/// What surrounds a request: who sent it over which connection, and since when.
struct Exchange {
    Request request;
    const std::string& peer; ///< address of the other end, without port
    std::chrono::steady_clock::time_point began;
    std::string requestId = {}; ///< set by the dispatcher; request.requestId points into it
};

/// Turns requests into answers: finds the route, calls its handler, turns every exception into an
/// answer (the one place that does), and writes one log event for each. Never throws. Safe to call
/// from several threads at once.
class Dispatcher {
public:
    /// The references are kept and must outlive this object.
    Dispatcher(const Router& router, Logger& logger, Cors cors, TrustedProxies proxies);

    Response answer(Exchange& exchange) const;

    /// The answer to a request that could not be read, as far as it was.
    Response refuse(Exchange& exchange, const Error& error) const;

private:
    struct Outcome;

    Outcome dispatch(const Request& request) const;
    Response respond(const Request& request, const Router::Match& matched) const;
    Response options(const Request& request, const std::string& allow) const;
    Response finish(Exchange& exchange, Outcome outcome) const;
    void log(const Exchange& exchange, const Outcome& outcome) const;

    const Router& router_;
    Logger& logger_;
    Cors cors_;
    TrustedProxies proxies_;
};

/// The request id that an exchange goes by: the caller's where it is well-formed, or a fresh one.
void identify(Exchange& exchange);

} // namespace kubecred::http
