#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace kubecred::test {

/// What came of requests that were sent whether or not the ones before were answered.
struct Offered {
    int sent = 0;
    int failed = 0;                      ///< neither issued nor refused as it should be
    double servedPerSecond = 0;          ///< while requests were sent; the last answers come later
    std::vector<std::string> ids;        ///< of what was issued
    std::vector<std::int64_t> servedMs;  ///< how long each of them took
    std::vector<std::int64_t> refusedMs; ///< the same of each 503 with Retry-After
};

/// Offers so many requests for new credentials a second to a worker, over as many connections as
/// are given and free, for so long, and waits for the last answer. The rate 0: as many as there
/// are free connections for, always.
Offered offer(int port, int connections, double perSecond, std::chrono::milliseconds time);

/// Of these times the one that all but a hundredth keep.
std::int64_t percentile99(std::vector<std::int64_t> times);

} // namespace kubecred::test
