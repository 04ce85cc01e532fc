#pragma once

#include "kubecred/Clock.h"
#include "kubecred/Resolver.h"

#include <Poco/Net/StreamSocket.h>

#include <cstdint>
#include <string>

namespace kubecred::peer {

/// A TCP connection to a host, a name or an address, by the deadline. Tries the addresses of a name
/// in turn, each with a fair share of the time, since one of them may be silent. Throws PeerError.
Poco::Net::StreamSocket connectTo(const std::string& host, std::uint16_t port,
                                  const Resolver& resolver, Deadline deadline);

} // namespace kubecred::peer
