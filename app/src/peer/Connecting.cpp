#include "Connecting.h"

#include "PeerError.h"

#include <Poco/Exception.h>
#include <Poco/Net/SocketAddress.h>

#include <algorithm>
#include <optional>

namespace kubecred::peer {
namespace {

using std::chrono::steady_clock;

std::optional<Poco::Net::StreamSocket> connectAt(const std::string& address, std::uint16_t port,
                                                 Deadline deadline) {
    using std::chrono::microseconds;
    const auto left = std::chrono::ceil<microseconds>(deadline - steady_clock::now());
    try {
        const Poco::Net::SocketAddress target(address, port);
        Poco::Net::StreamSocket socket(target.family());
        socket.connect(target, Poco::Timespan(std::max(microseconds(1), left).count()));
        return socket;
    } catch (const Poco::Exception&) {
        return std::nullopt;
    }
}

} // namespace

Poco::Net::StreamSocket connectTo(const std::string& host, std::uint16_t port,
                                  const Resolver& resolver, Deadline deadline) {
    const auto addresses = resolver.resolve(host, deadline);
    if (!addresses)
        throw PeerError("timed out");
    for (std::size_t i = 0; i < addresses->size(); ++i)
        if (auto socket =
                connectAt((*addresses)[i], port, shareOf(deadline, addresses->size() - i)))
            return *std::move(socket);
    throw PeerError("unreachable");
}

} // namespace kubecred::peer
