#pragma once

#include "Dispatcher.h"
#include "Limits.h"
#include "RequestParser.h"
#include "kubecred/Clock.h"

#include <Poco/Net/StreamSocket.h>

#include <atomic>
#include <optional>
#include <string>

namespace kubecred::http {

/// One client's connection: reads requests, has them answered in order, writes the answers.
/// A state machine that never waits: whoever holds it calls `advance` when its socket is ready and
/// `expire` when its deadline has passed. Used by one thread at a time.
class Connection {
public:
    /// What the connection waits for next.
    enum class Next {
        read,  ///< until bytes can be read, at most until the deadline
        write, ///< until bytes can be written, at most until the deadline
        again, ///< nothing: more requests are at hand, but others shall have their turn
        close, ///< nothing: it is over
    };

    /// `draining` tells that the process is about to end: every answer then closes its
    /// connection. The references must outlive this object.
    Connection(const Poco::Net::StreamSocket& socket, const Limits& limits,
               const Dispatcher& dispatcher, const std::atomic<bool>& draining);

    /// Does all that can be done now.
    Next advance();

    /// As `advance`, after the deadline: a half-read request is answered with 408.
    Next expire();

    /// When to call `expire`.
    Deadline deadline() const noexcept { return deadline_; }

    /// No request has begun to arrive and no answer waits to be written.
    bool idle() const noexcept;

    const Poco::Net::StreamSocket& socket() const noexcept { return socket_; }

private:
    enum class Received { bytes, nothing, end };

    bool takeRequest();
    bool inviteBody();
    void answer();
    void refuse(const Error& error);
    void finishRequest(bool close);
    Received receive();
    Next receiveEnd();
    bool flush();
    Next discard();

    Poco::Net::StreamSocket socket_;
    std::string peer_;
    const Limits& limits_;
    const Dispatcher& dispatcher_;
    const std::atomic<bool>& draining_;

    Deadline deadline_;
    Deadline began_{};                    // when the first byte of the request came
    std::optional<RequestParser> parser_; // present while a request is being read
    bool invited_ = false;                // 100 Continue was sent for this request
    std::string input_;                   // read and not parsed
    std::string output_;                  // answered and not written
    std::size_t written_ = 0;             // of output_
    bool closing_ = false;                // no further request is read
    bool lingering_ = false;              // the answer is out; the client may still be sending
    std::size_t discarded_ = 0;
};

} // namespace kubecred::http
