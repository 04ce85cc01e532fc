#include "TrustedProxies.h"

#include "http/Address.h"
#include "kubecred/Text.h"

#include <algorithm>
#include <charconv>

namespace kubecred::http {

using Poco::Net::IPAddress;

std::optional<TrustedProxies> TrustedProxies::parse(std::string_view list) {
    TrustedProxies proxies;
    for (const auto entry : splitList(list)) {
        const auto network = parseNetwork(entry);
        if (!network)
            return std::nullopt;
        proxies.networks_.push_back(*network);
    }
    return proxies;
}

std::optional<TrustedProxies::Network> TrustedProxies::parseNetwork(std::string_view text) {
    const auto slash = std::min(text.find('/'), text.size());
    const auto address = parseAddress(std::string(text.substr(0, slash)));
    if (!address)
        return std::nullopt;
    const unsigned bits = static_cast<unsigned>(address->length()) * 8;
    unsigned prefix = bits;
    if (slash < text.size()) {
        const auto digits = text.substr(slash + 1);
        const auto end = digits.data() + digits.size();
        const auto result = std::from_chars(digits.data(), end, prefix);
        if (result.ec != std::errc{} || result.ptr != end || prefix > bits)
            return std::nullopt;
    }
    return Network{*address, prefix};
}

bool TrustedProxies::contains(const IPAddress& address) const {
    return std::ranges::any_of(networks_, [&](const Network& network) {
        if (network.address.family() != address.family())
            return false;
        const IPAddress mask(network.prefix, address.family());
        return (address & mask) == (network.address & mask);
    });
}

std::string TrustedProxies::clientIp(const std::string& peer, std::string_view forwardedFor) const {
    if (networks_.empty())
        return peer;
    auto client = parseAddress(peer);
    if (!client)
        return peer;
    const auto hops = splitList(forwardedFor);
    for (auto hop = hops.rbegin(); hop != hops.rend(); ++hop) {
        const auto before = parseForwardedAddress(*hop);
        if (!contains(*client) || !before)
            break;
        client = before;
    }
    return client->toString();
}

} // namespace kubecred::http
