#pragma once

#include "kubecred/http/Parameter.h"

#include <optional>
#include <string_view>
#include <vector>

namespace kubecred::http {

enum class Method { get, head, post, put, patch, delete_, options, other };

/// "GET", "POST" and so on; "OTHER" for what no route can answer.
std::string_view nameOf(Method method) noexcept;

struct Header {
    std::string_view name;
    std::string_view value;
};

/// One request, read whole and checked against the limits. All views point into the connection's
/// buffers and live until the request is answered.
struct Request {
    Method method = Method::other;
    std::string_view path;           ///< as sent, without query and, in absolute form, host
    std::vector<Header> headers;     ///< in order, names as sent
    std::string_view body;           ///< at most what the route's policy allows
    std::string_view queryText = {}; ///< the query as sent, without its question mark

    std::vector<Parameter> parameters = {}; ///< those of the route's template
    std::vector<Parameter> query = {};      ///< as the route's policy has it read

    /// The value of the first header of this name, compared without regard to case.
    std::optional<std::string_view> header(std::string_view name) const noexcept;

    /// The value of a parameter of the route's template. Throws std::out_of_range where it has none
    /// of this name.
    const std::string& parameter(std::string_view name) const;

    /// The value of the query parameter of this name.
    std::optional<std::string_view> queryValue(std::string_view name) const noexcept;
};

} // namespace kubecred::http
