#pragma once

#include "kubecred/http/Access.h"

#include <chrono>

namespace kubecred::http {

/// What holds for the requests of a route, whatever its handler does.
struct RoutePolicy {
    Access access = Access::anyone;          ///< who may call
    std::chrono::milliseconds timeout{2000}; ///< from the end of the request to its deadline
};

} // namespace kubecred::http
