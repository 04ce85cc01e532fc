#pragma once

#include <string>

namespace kubecred::http {

/// What the answers of a route tell browsers and caches, beside what every answer does. As it
/// stands here it is for an API, whose answers no browser renders and nobody keeps.
struct AnswerHeaders {
    std::string contentSecurityPolicy = "default-src 'none'";
    std::string cacheControl = "no-store"; ///< of an answer below 400; errors are never kept
};

} // namespace kubecred::http
