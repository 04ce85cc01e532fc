#pragma once

#include <cstdint>
#include <string>

namespace kubecred::peer {

/// Where the other service is, and what it knows this one by.
struct PeerSettings {
    std::string authority; ///< host and port as the Host field has them
    std::string host;      ///< a name or an address
    std::uint16_t port = 80;
    std::string key; ///< an API key of the scope peer
};

} // namespace kubecred::peer
