#pragma once

#include "http/Limits.h"
#include "http/dispatch/Cors.h"
#include "http/dispatch/TrustedProxies.h"
#include "kubecred/Settings.h"

#include <cstdint>
#include <string>

namespace kubecred::host {

/// Where the daemon listens.
struct Endpoint {
    std::string address;
    std::uint16_t port = 0;
};

// Each reads and checks its keys of the HTTP front; faults are recorded in `settings`.

Endpoint readEndpoint(Settings& settings);
http::Limits readLimits(Settings& settings);
http::TrustedProxies readTrustedProxies(Settings& settings);
http::Cors readCors(Settings& settings);

} // namespace kubecred::host
