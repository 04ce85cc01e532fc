#pragma once

#include "Dispatcher.h"
#include "Limits.h"
#include "MemoryBudget.h"
#include "RequestParser.h"
#include "kubecred/Clock.h"
#include "kubecred/Deferred.h"

#include <Poco/Net/StreamSocket.h>

#include <atomic>
#include <functional>
#include <optional>
#include <string>

namespace kubecred::http {

/// One client's connection: reads requests, has them answered in order, writes the answers.
/// A state machine that never waits: whoever holds it calls `noteEvent` and `advance` when its
/// socket has something new and `expire` when its deadline has passed. Used by one thread.
class Connection {
public:
    /// What the connection waits for next.
    enum class Next {
        wait,  ///< until the socket has something new or an answer comes
        again, ///< nothing: more requests are at hand, but others shall have their turn
        close, ///< nothing: it is over
    };

    /// What the connection is busy with.
    enum class State { idle, reading, answering, writing };

    /// Called on the executor's thread when an answer has come that `advance` did not wait for:
    /// call `advance` again.
    using Resume = std::function<void(Connection&)>;

    /// `draining` tells that the process is about to end: every answer then closes its
    /// connection. The references must outlive this object, and this object the answers.
    Connection(const Poco::Net::StreamSocket& socket, const Limits& limits, MemoryBudget& memory,
               Dispatcher& dispatcher, Executor& executor, const std::atomic<bool>& draining,
               Resume resume);

    /// The socket has something new; `hungUp`: the client sends no more after it.
    void noteEvent(bool hungUp) noexcept;

    /// Does all that can be done now.
    Next advance();

    /// As `advance`, after the deadline: a half-read request is answered with 408.
    Next expire();

    /// Whether `expire` is to be called; never while a request is being answered. A client that is
    /// slow while it makes the service hold much has but this part of its time.
    bool isLate(Deadline now, double patience) const noexcept;

    /// No request has begun to arrive and no answer waits to be written.
    bool idle() const noexcept;

    State state() const noexcept;

    /// When the last answer was out, or the connection was made.
    Deadline quietSince() const noexcept { return quietSince_; }

    /// A request is being answered, elsewhere: this object must stay until it is.
    bool answering() const noexcept { return exchange_.has_value(); }

    /// Closes the socket, whoever else may still refer to it: no event of it comes after that.
    void close() noexcept { socket_.impl()->close(); }

private:
    enum class Received { bytes, nothing, end };

    bool takeRequest();
    void beginRequest();
    bool skipEmptyLines();
    bool inviteBody();
    void answer();
    void finishAnswer(const Response& response);
    void refuse(const Error& error);
    void finishRequest(bool close);
    Received receive();
    Next receiveEnd();
    bool flush();
    Next discard();
    bool findRoom() noexcept;
    void releaseBuffers() noexcept;

    Poco::Net::StreamSocket socket_;
    std::string peer_;
    const Limits& limits_;
    const std::string keepAlive_; // the headers of answers after which it stays
    Dispatcher& dispatcher_;
    Executor& executor_;
    const std::atomic<bool>& draining_;
    const Resume resume_;

    Deadline deadline_;
    Deadline quietSince_ = std::chrono::steady_clock::now();
    Deadline began_{};                    // when the first byte of the request came
    std::optional<RequestParser> parser_; // present while a request is being read
    bool invited_ = false;                // 100 Continue was sent for this request
    std::optional<Exchange> exchange_;    // present while a request is being answered
    bool deferred_ = false;               // its answer comes later
    bool readable_ = true;                // there may be something to read
    bool hungUp_ = false;                 // the client's end of what it sends has come
    std::size_t skipped_ = 0;             // bytes of empty lines before a request
    std::string input_;                   // read and not parsed
    std::string output_;                  // answered and not written
    std::size_t written_ = 0;             // of output_
    MemoryShare memory_;                  // what is held in all of these
    bool closing_ = false;                // no further request is read
    bool lingering_ = false;              // the answer is out; the client may still be sending
    Deadline lingerEnd_{};
    std::size_t discarded_ = 0;
};

} // namespace kubecred::http
