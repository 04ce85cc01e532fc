#pragma once

#include <Poco/Net/IPAddress.h>

#include <optional>
#include <string>

namespace kubecred::http {

/// Reads an IPv4 address in dotted decimal or an IPv6 address, and nothing else: Poco's own reader
/// takes `10` for 0.0.0.10 and refuses `::`. An IPv4 address in IPv6 clothes (`::ffff:10.0.0.1`)
/// comes out as IPv4.
std::optional<Poco::Net::IPAddress> parseAddress(const std::string& text);

} // namespace kubecred::http
