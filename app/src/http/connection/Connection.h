#pragma once

#include "BufferedSocket.h"
#include "http/Limits.h"
#include "http/MemoryBudget.h"
#include "http/dispatch/Dispatcher.h"
#include "http/message/RequestParser.h"
#include "kubecred/Clock.h"
#include "kubecred/Deferred.h"

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
    void noteEvent(bool hungUp) noexcept { socket_.noteEvent(hungUp); }

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
    bool answering() const noexcept { return answering_; }

    /// Closes the socket, whoever else may still refer to it: no event of it comes after that.
    void close() noexcept { socket_.close(); }

private:
    // From idle, the first byte of a request leads to reading. Once its header is there it is
    // admitted. Once it is whole, or refused before that, it is being answered; the answer leads to
    // writing, and that back to idle. What cannot be read is answered in between, as a refusal.
    // An answer that closes the connection leads from writing to lingering, and that to the end.
    //
    //   parser_                   from the first byte of a request to its answer
    //   exchange_                 from the end of its header to its answer; only beside parser_
    //   answering_                from `answer` to its answer; only beside exchange_
    //   closing_ or lingering_    never beside parser_
    void check() const noexcept;

    bool takeRequest();
    std::size_t readOn();
    void beginRequest();
    void admit();
    bool skipEmptyLines();
    bool inviteBody();
    void answer();
    void finishAnswer(const Response& response);
    void refuse(const Error& error);
    void write(const Response& response, bool close);
    Next receiveEnd();
    bool flush();
    Next linger();
    bool findRoom() noexcept;

    BufferedSocket socket_;
    std::string peer_;
    const Limits& limits_;
    const std::string keepAlive_; // the headers of answers after which it stays
    Dispatcher& dispatcher_;
    Executor& executor_;
    const std::atomic<bool>& draining_;
    const Resume resume_;

    Deadline deadline_;
    Deadline quietSince_ = std::chrono::steady_clock::now();
    Deadline began_{}; // when the first byte of the request came
    std::optional<RequestParser> parser_;
    std::optional<Exchange> exchange_;
    bool invited_ = false;    // 100 Continue was sent for this request
    bool endsEarly_ = false;  // the request is refused, and its body not worth waiting for
    bool answering_ = false;  // the request is at the dispatcher
    bool deferred_ = false;   // its answer comes later
    std::size_t skipped_ = 0; // bytes of empty lines before a request
    MemoryShare memory_;      // what is held of what was read and answered
    bool closing_ = false;    // no further request is read
    bool lingering_ = false;  // the answer is out; the client may still be sending
    Deadline lingerEnd_{};
};

} // namespace kubecred::http
