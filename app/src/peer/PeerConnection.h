#pragma once

#include "PeerSettings.h"
#include "kubecred/Clock.h"

#include <Poco/Net/StreamSocket.h>

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>

namespace kubecred::peer {

/// The peer did not answer. `what()` names a class of fault, never a host.
class PeerError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

/// It answered, but not as it should have: which tells nothing of the next question.
class AnswerError : public PeerError {
public:
    using PeerError::PeerError;
};

struct PeerAnswer {
    int status = 0;
    std::string body; ///< less than 8 MiB
};

/// A connection to the peer that stays open between requests. Used by one thread at a time.
class PeerConnection {
public:
    /// Connects to nothing yet.
    explicit PeerConnection(const PeerSettings& settings) : settings_(settings) {}

    /// Sends one HTTP/1.1 request and returns its answer by the deadline, or throws PeerError. A
    /// request may be sent twice, where a kept connection ends before anything came. The name of
    /// the host is looked up by the system, without regard to the deadline, whenever a connection
    /// has to be made.
    PeerAnswer exchange(std::string_view request, Deadline deadline);

private:
    PeerAnswer attempt(std::string_view request, Deadline deadline);
    void connect(Deadline deadline);
    void send(std::string_view bytes, Deadline deadline);
    PeerAnswer receive(Deadline deadline);
    std::size_t receiveSome(std::string& buffer, Deadline deadline);
    bool isStale();

    const PeerSettings& settings_;
    std::optional<Poco::Net::StreamSocket> socket_;
    std::size_t received_ = 0; // of the answer that is under way
};

} // namespace kubecred::peer
