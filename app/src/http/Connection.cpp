#include "Connection.h"

#include "ResponseWriter.h"

#include <Poco/Exception.h>

#include <sys/socket.h>

#include <array>

namespace kubecred::http {
namespace {

using std::chrono::steady_clock;

// How many requests one connection may have answered before others get their turn.
constexpr int requestsPerTurn = 32;

// A client that still sends would lose the answer to a reset, were the connection closed at once
// (RFC 9112, section 9.6).
constexpr std::chrono::seconds lingerTime{2};
constexpr std::size_t lingerBytes = 1 << 20;

} // namespace

Connection::Connection(const Poco::Net::StreamSocket& socket, const Limits& limits,
                       const Dispatcher& dispatcher, const std::atomic<bool>& draining)
    : socket_(socket),
      peer_(socket.peerAddress().host().toString()),
      limits_(limits),
      dispatcher_(dispatcher),
      draining_(draining),
      deadline_(steady_clock::now() + limits.idleTimeout) {
    socket_.setBlocking(false);
    socket_.setNoDelay(true);
}

bool Connection::idle() const noexcept { return !parser_ && input_.empty() && output_.empty(); }

Connection::Next Connection::advance() {
    for (int turn = 0; turn < requestsPerTurn;) {
        if (!flush())
            return Next::write;
        if (lingering_)
            return discard();
        if (closing_)
            return Next::close;
        if (takeRequest()) {
            ++turn;
            continue;
        }
        if (turn > 0 && idle())
            return Next::read; // the next request has hardly come yet: reading would find nothing
        switch (receive()) {
        case Received::bytes:
            break;
        case Received::nothing:
            return Next::read;
        case Received::end:
            return receiveEnd();
        }
    }
    return Next::again;
}

Connection::Next Connection::expire() {
    if (lingering_ || closing_ || !output_.empty())
        return Next::close;
    if (!parser_) {
        // A request may have come in just now: it is answered.
        const Next next = advance();
        return next == Next::read && idle() ? Next::close : next;
    }
    refuse(Error(ErrorKind::requestTimeout, "Request timed out"));
    return advance();
}

// Reads on in what has arrived; true where that gave something to write.
bool Connection::takeRequest() {
    // Some clients send an empty line after a body: it begins no request.
    while (!parser_ && input_.starts_with("\r\n"))
        input_.erase(0, 2);
    if (input_.empty() || (!parser_ && input_ == "\r"))
        return false;
    if (!parser_) {
        parser_.emplace(limits_);
        invited_ = false;
        began_ = steady_clock::now();
        deadline_ = began_ + limits_.requestTimeout;
    }
    try {
        input_.erase(0, parser_->put(input_));
    } catch (const Error& error) {
        refuse(error);
        return true;
    }
    if (!parser_->done())
        return inviteBody();
    answer();
    return true;
}

bool Connection::inviteBody() {
    if (invited_ || !parser_->expectsContinue())
        return false;
    output_ += "HTTP/1.1 100 Continue\r\n\r\n";
    invited_ = true;
    return true;
}

void Connection::answer() {
    Exchange exchange{parser_->request(), peer_, began_};
    const bool head = exchange.request.method == Method::head;
    const Response response = dispatcher_.answer(exchange);
    const bool close = !parser_->keepAlive() || draining_.load(std::memory_order_relaxed);
    writeResponse(output_, response, exchange.requestId, {head, close, parser_->isHttp10()});
    finishRequest(close);
}

void Connection::refuse(const Error& error) {
    Exchange exchange{parser_->request(), peer_, began_};
    const bool head = exchange.request.method == Method::head;
    const Response response = dispatcher_.refuse(exchange, error);
    writeResponse(output_, response, exchange.requestId, {head, true, false});
    input_.clear();
    finishRequest(true);
}

void Connection::finishRequest(bool close) {
    parser_.reset();
    closing_ = lingering_ = close;
    deadline_ = steady_clock::now() + limits_.requestTimeout; // to write the answer
}

Connection::Received Connection::receive() {
    std::array<char, 16384> buffer;
    try {
        const int count = socket_.receiveBytes(buffer.data(), static_cast<int>(buffer.size()));
        if (count < 0)
            return Received::nothing;
        if (lingering_)
            discarded_ += static_cast<std::size_t>(count);
        else
            input_.append(buffer.data(), static_cast<std::size_t>(count));
        return count > 0 ? Received::bytes : Received::end;
    } catch (const Poco::Exception&) {
        input_.clear();
        parser_.reset(); // reset by the peer: nobody is there to be answered
        return Received::end;
    }
}

Connection::Next Connection::receiveEnd() {
    if (!parser_)
        return Next::close;
    refuse(Error(ErrorKind::malformedRequest, "Malformed HTTP request", "incomplete request"));
    return advance();
}

// True once everything is written.
bool Connection::flush() {
    if (output_.empty())
        return true;
    while (written_ < output_.size()) {
        const std::size_t rest = output_.size() - written_;
        int count = 0;
        try {
            count =
                socket_.sendBytes(output_.data() + written_, static_cast<int>(rest), MSG_NOSIGNAL);
        } catch (const Poco::Exception&) {
            closing_ = true; // nobody is there to read it
            lingering_ = false;
            break;
        }
        if (count < 0)
            return false;
        written_ += static_cast<std::size_t>(count);
    }
    output_.clear();
    written_ = 0;
    if (!parser_)
        deadline_ = steady_clock::now() + (lingering_ ? lingerTime : limits_.idleTimeout);
    return true;
}

Connection::Next Connection::discard() {
    if (closing_) {
        closing_ = false;
        socket_.shutdownSend();
    }
    while (discarded_ < lingerBytes) {
        switch (receive()) {
        case Received::bytes:
            break;
        case Received::nothing:
            return Next::read;
        case Received::end:
            return Next::close;
        }
    }
    return Next::close;
}

} // namespace kubecred::http
