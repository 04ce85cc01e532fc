#pragma once

#include <Poco/Net/IPAddress.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kubecred::http {

/// The networks whose X-Forwarded-For is believed. A value; safe to read from several threads.
class TrustedProxies {
public:
    /// Reads a comma-separated list of networks such as `10.0.0.0/16, fd00::/8` (a lone address
    /// is a network of one). Nothing where an entry is neither.
    static std::optional<TrustedProxies> parse(std::string_view list);

    /// Who sent the request: `peer`, or, where that is a trusted proxy, the rightmost address of
    /// X-Forwarded-For that is none, since everything left of it may be the sender's invention.
    std::string clientIp(const std::string& peer, std::string_view forwardedFor) const;

private:
    struct Network {
        Poco::Net::IPAddress address;
        unsigned prefix;
    };

    static std::optional<Network> parseNetwork(std::string_view text);
    bool contains(const Poco::Net::IPAddress& address) const;

    std::vector<Network> networks_;
};

} // namespace kubecred::http
