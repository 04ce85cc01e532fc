#pragma once

#include <Poco/Net/IPAddress.h>

#include <optional>
#include <string>
#include <string_view>

namespace kubecred::http {

/// Reads an IPv4 address in dotted decimal or an IPv6 address, and nothing else: Poco's own reader
/// takes `10` for 0.0.0.10 and refuses `::`. An IPv4 address in IPv6 clothes (`::ffff:10.0.0.1`)
/// comes out as IPv4.
std::optional<Poco::Net::IPAddress> parseAddress(const std::string& text);

/// As `parseAddress`, for an address as proxies tell of it: some add the port (`192.0.2.1:51008`,
/// `[2001:db8::7]:51008`), and some brackets (`[2001:db8::7]`).
std::optional<Poco::Net::IPAddress> parseForwardedAddress(std::string_view text);

} // namespace kubecred::http
