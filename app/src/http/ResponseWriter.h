#pragma once

#include "kubecred/http/Response.h"

#include <string>
#include <string_view>

namespace kubecred::http {

/// How an answer travels.
struct Framing {
    bool head = false;   ///< answer to HEAD: its length is said, its body is not sent
    bool close = false;  ///< the connection ends after it
    bool http10 = false; ///< a client of HTTP/1.0 is told when the connection stays
};

/// Appends the answer to `out` as HTTP/1.1 bytes, with the headers that every answer carries.
void writeResponse(std::string& out, const Response& response, std::string_view requestId,
                   const Framing& framing);

} // namespace kubecred::http
