#pragma once

#include "http/MemoryBudget.h"
#include "kubecred/Error.h"
#include "kubecred/RequestContext.h"
#include "kubecred/http/Router.h"

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace kubecred::http {

/// A request with all that surrounds it. Stays where it is once it is admitted: parts of it point
/// into others.
struct Exchange {
    Request request;         ///< when it is admitted, without its body
    const std::string& peer; ///< address of the other end, without port
    std::chrono::steady_clock::time_point began;
    MemoryShare* memory = nullptr; ///< where the answer has to find room; null: anywhere

    // Set by the dispatcher when it admits the request.
    std::string requestId = {};  ///< context.trace points to it
    RequestContext context = {}; ///< its deadline when the request is whole
    Router::Match match = {};
    std::string_view route = "unreadable"; ///< for log and metrics
    std::optional<Error> refusal = {};     ///< why it is not answered as asked, whatever its body

    /// That of its route, or the usual one where it has none.
    const RoutePolicy& policy() const;
};

} // namespace kubecred::http
