#pragma once

#include <chrono>
#include <cstddef>

namespace kubecred::http {

/// Bounds on what connections may send, hold and take in time. The sizes of one request are the
/// contract's.
struct Limits {
    std::size_t bodyBytes = 102400;  ///< of a request whose route does not say otherwise
    std::size_t headerBytes = 16384; ///< request line and fields together
    std::size_t headerFields = 100;
    std::chrono::milliseconds requestTimeout{10000}; ///< first byte to last, and as long to answer
    std::chrono::milliseconds idleTimeout{75000};    ///< between requests
    std::size_t connections = 10000;
    std::size_t memoryBytes = 64 << 20; ///< of requests and answers, over all connections
    std::size_t workers = 2;            ///< threads that serve connections
};

} // namespace kubecred::http
