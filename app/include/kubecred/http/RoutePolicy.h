#pragma once

#include "kubecred/http/Access.h"
#include "kubecred/http/AnswerHeaders.h"

#include <chrono>
#include <cstddef>
#include <string_view>
#include <vector>

namespace kubecred::http {

/// The longest that a route may let a request wait. Sessions with the database give up by
/// themselves after that.
inline constexpr std::chrono::milliseconds longestTimeout{10000};

/// What becomes of a query parameter that a route does not know.
enum class UnknownQuery {
    refused, ///< 400, as for a repeated or malformed one
    ignored, ///< as if it were not there, like whatever else is wrong with a query
};

/// What holds for the requests of a route, whatever its handler does. Built by member name.
struct RoutePolicy {
    Access access = Access::anyone;          ///< who may call
    std::chrono::milliseconds timeout{2000}; ///< from the end of the request to its deadline
    std::size_t bodyBytes = 102400;          ///< the largest body

    /// The media types of bodies that it takes, in lower case; literals. For POST, PUT and PATCH,
    /// since what other methods carry is not read.
    std::vector<std::string_view> contentTypes = {"application/json"};

    /// The names of the query parameters that it knows; literals.
    std::vector<std::string_view> query = {};
    UnknownQuery unknownQuery = UnknownQuery::refused;

    AnswerHeaders answerHeaders = {};
};

} // namespace kubecred::http
