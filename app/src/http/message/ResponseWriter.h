#pragma once

#include "kubecred/http/AnswerHeaders.h"
#include "kubecred/http/Response.h"

#include <chrono>
#include <string>
#include <string_view>

namespace kubecred::http {

/// How an answer travels.
struct Framing {
    bool head = false;               ///< answer to HEAD: its length is said, its body is not sent
    bool close = false;              ///< the connection ends after it
    std::string_view keepAlive = {}; ///< the headers that say that it stays, where it does
};

/// Headers that tell a client that its connection stays, and how long it may lie idle: a second
/// less than it does, so that no request meets the end of it. For Framing.
std::string keepAliveHeaders(std::chrono::milliseconds idleTimeout);

/// Appends the answer to `out` as HTTP/1.1 bytes, with the headers that every answer carries and
/// those of its route.
void writeResponse(std::string& out, const Response& response, std::string_view requestId,
                   const AnswerHeaders& headers, const Framing& framing);

} // namespace kubecred::http
