#pragma once

#include <string>
#include <utility>
#include <vector>

namespace kubecred::http {

/// An answer. The front adds what every response carries: length, request id, security and CORS
/// headers.
struct Response {
    int status = 200;
    std::string body;                                              ///< JSON; may be empty
    std::vector<std::pair<std::string, std::string>> headers = {}; ///< beyond those of the front
};

} // namespace kubecred::http
