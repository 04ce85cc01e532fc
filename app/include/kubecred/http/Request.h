#pragma once

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
    std::string_view path;       ///< as sent, without query and, in absolute form, host
    std::vector<Header> headers; ///< in order, names as sent
    std::string_view body;       ///< at most 100 KiB

    /// The value of the first header of this name, compared without regard to case.
    std::optional<std::string_view> header(std::string_view name) const noexcept;
};

} // namespace kubecred::http
