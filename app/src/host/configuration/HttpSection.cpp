#include "HttpSection.h"

#include "http/Address.h"

#include <algorithm>
#include <thread>
#include <utility>

namespace kubecred::host {
namespace {

std::string readAddress(Settings& settings) {
    std::string address = settings.text("http.address", "0.0.0.0");
    if (!http::parseAddress(address))
        settings.reject("http.address", "an IPv4 or IPv6 address of this machine");
    return address;
}

} // namespace

Endpoint readEndpoint(Settings& settings) {
    return {readAddress(settings),
            static_cast<std::uint16_t>(settings.integer("http.port", 3000, 0, 65535))};
}

http::Limits readLimits(Settings& settings) {
    http::Limits limits;
    limits.requestTimeout = settings.seconds("http.requestTimeoutSeconds", 10, 1, 300);
    limits.idleTimeout = settings.seconds("http.idleTimeoutSeconds", 75, 1, 3600);
    limits.connections =
        static_cast<std::size_t>(settings.integer("http.maxConnections", 10000, 1, 1000000));
    limits.memoryBytes =
        static_cast<std::size_t>(settings.integer("http.maxMegabytesInFlight", 64, 1, 65536)) << 20;
    const auto cores = std::clamp<std::int64_t>(std::thread::hardware_concurrency(), 1, 64);
    limits.workers = static_cast<std::size_t>(settings.integer("http.workers", cores, 1, 1024));
    return limits;
}

http::TrustedProxies readTrustedProxies(Settings& settings) {
    auto proxies = http::TrustedProxies::parse(settings.text("http.trustedProxies", ""));
    if (!proxies)
        settings.reject("http.trustedProxies",
                        "a comma-separated list of networks such as 10.0.0.0/16");
    return std::move(proxies).value_or(http::TrustedProxies());
}

http::Cors readCors(Settings& settings) {
    auto cors = http::Cors::parse(settings.text("cors.allowedOrigins", "*"));
    if (!cors)
        settings.reject("cors.allowedOrigins",
                        "* or a list of origins as browsers send them, such as "
                        "https://app.example.org or http://localhost:5173: in lower case, with a "
                        "scheme, without a user, a path, a / at the end, a * inside and the port "
                        "that is the scheme's own");
    return std::move(cors).value_or(http::Cors());
}

} // namespace kubecred::host
