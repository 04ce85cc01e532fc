#pragma once

#include "PeerError.h"
#include "PeerSettings.h"
#include "kubecred/Clock.h"
#include "kubecred/Resolver.h"

#include <Poco/Net/StreamSocket.h>

#include <optional>
#include <string>
#include <string_view>

namespace kubecred::peer {

struct PeerAnswer {
    int status = 0;
    std::string body; ///< less than 8 MiB
};

/// A connection to the peer that stays open between requests. Used by one thread at a time.
class PeerConnection {
public:
    /// Connects to nothing yet. The references must outlive this object.
    PeerConnection(const PeerSettings& settings, const Resolver& resolver)
        : settings_(settings), resolver_(resolver) {}

    /// Sends one HTTP/1.1 request and returns its answer by the deadline, or throws PeerError. A
    /// request may be sent twice, where a kept connection ends before anything came.
    PeerAnswer exchange(std::string_view request, Deadline deadline);

private:
    PeerAnswer attempt(std::string_view request, Deadline deadline);
    void connect(Deadline deadline);
    void send(std::string_view bytes, Deadline deadline);
    PeerAnswer receive(Deadline deadline);
    std::size_t receiveSome(std::string& buffer, Deadline deadline);
    bool isStale();

    const PeerSettings& settings_;
    const Resolver& resolver_;
    std::optional<Poco::Net::StreamSocket> socket_;
    std::size_t received_ = 0; // of the answer that is under way
};

} // namespace kubecred::peer
