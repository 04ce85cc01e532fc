// What names a request: ids, traces, the client's address, the key. Lines are the values.

#include "Fuzz.h"
#include "Service.h"
#include "http/Address.h"
#include "http/dispatch/TrustedProxies.h"
#include "kubecred/Text.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>

namespace {

// What may stand in a log line as it is.
bool isPlain(char c) noexcept {
    constexpr std::string_view marks = "._-=;:|";
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           marks.find(c) != std::string_view::npos;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace kubecred;
    constexpr std::array<std::string_view, 6> names{"X-Request-Id",    "traceparent",
                                                    "X-Amzn-Trace-Id", "X-Forwarded-For",
                                                    "Authorization",   "X-API-Key"};
    static const auto proxies = http::TrustedProxies::parse("10.0.0.0/8, ::1").value();
    static fuzz::Service service;
    const std::string peer = "10.1.2.3";
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    http::Exchange exchange{{http::Method::get, "/locked", {}, {}}, peer, {}};
    std::size_t i = 0;
    for (const auto value : split(text, "\n"))
        exchange.request.headers.push_back({names[i++ % names.size()], value});
    const auto response = service.answer(exchange);
    fuzz::require(response.status == 401 || text.find("root key") != std::string_view::npos,
                  "only the key opens");
    fuzz::require((response.status == 200) == (exchange.context.principal.keyName == "root"),
                  "who came in is known");
    fuzz::require(!exchange.requestId.empty() && exchange.requestId.size() <= 64 &&
                      std::ranges::all_of(exchange.requestId, isPlain),
                  "a request id is well-formed");
    const auto& trace = exchange.context.trace;
    for (const auto part : {trace.parent, trace.amazon})
        fuzz::require(std::ranges::all_of(part, isPlain), "a trace is plain");
    const auto address = proxies.clientIp(peer, text);
    fuzz::require(http::parseAddress(address).has_value(), "a client's address is one");
    return 0;
}
