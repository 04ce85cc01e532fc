// What names a request: ids, traces, the client's address, the key. Lines are the values.

#include "Fuzz.h"
#include "Service.h"
#include "http/Address.h"
#include "http/Tracing.h"
#include "http/TrustedProxies.h"
#include "kubecred/Text.h"

#include <array>
#include <cstdint>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace kubecred;
    constexpr std::array<std::string_view, 6> names{"X-Request-Id",    "traceparent",
                                                    "X-Amzn-Trace-Id", "X-Forwarded-For",
                                                    "Authorization",   "X-API-Key"};
    static const auto proxies = http::TrustedProxies::parse("10.0.0.0/8, ::1").value();
    static fuzz::Service service;
    const std::string peer = "10.1.2.3";
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    http::Exchange exchange{{http::Method::get, "/metrics", {}, {}, {}}, peer, {}};
    std::size_t i = 0;
    for (const auto value : split(text, "\n"))
        exchange.request.headers.push_back({names[i++ % names.size()], value});
    service.answer(exchange);
    fuzz::require(http::isRequestId(exchange.requestId), "a request id is well-formed");
    const auto& trace = exchange.request.trace;
    for (const auto part : {trace.parent, trace.amazon})
        for (const char c : part)
            fuzz::require(c > 0x20 && c < 0x7f && c != '"' && c != '\\', "a trace is plain");
    const auto address = proxies.clientIp(peer, text);
    fuzz::require(http::parseAddress(address).has_value(), "a client's address is one");
    return 0;
}
