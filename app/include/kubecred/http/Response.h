#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kubecred::http {

/// An answer. The front adds what every response carries: length, request id, security and CORS
/// headers.
struct Response {
    int status = 200;
    std::string body = {};                                            ///< may be empty
    std::vector<std::pair<std::string, std::string>> headers = {};    ///< beyond those of the front
    std::string_view contentType = "application/json; charset=utf-8"; ///< a literal
};

} // namespace kubecred::http
