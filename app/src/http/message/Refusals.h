#pragma once

#include "kubecred/Error.h"

#include <string>

namespace kubecred::http {

// How a request ends that cannot be read; the detail is for the log.

[[noreturn]] inline void refuseMalformed(const std::string& detail) {
    throw Error(ErrorKind::malformedRequest, "Malformed HTTP request", detail);
}

[[noreturn]] inline void refuseLargeHeader() {
    throw Error(ErrorKind::headersTooLarge, "Request header fields too large");
}

[[noreturn]] inline void refuseLargeBody() {
    throw Error(ErrorKind::bodyTooLarge, "Request body too large");
}

} // namespace kubecred::http
