#include "Connection.h"

#include "ResponseWriter.h"

#include <Poco/Exception.h>

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace kubecred::http {
namespace {

using std::chrono::steady_clock;

// How much one connection may have read and answered before others get their turn.
constexpr int stepsPerTurn = 64;

// A client that still sends would lose the answer to a reset, were the connection closed at once
// (RFC 9112, section 9.6), and many clients send all of a request before they read the answer.
constexpr std::chrono::seconds lingerTime{10};
constexpr std::chrono::seconds lingerSilence{2};
constexpr std::size_t lingerBytes = 64 << 20;

// Buffers up to this size stay with a connection for its next request.
constexpr std::size_t keptBytes = 4096;

void releaseBeyond(std::string& buffer, std::size_t most) noexcept {
    if (buffer.empty() && buffer.capacity() > most)
        std::string().swap(buffer);
}

} // namespace

Connection::Connection(const Poco::Net::StreamSocket& socket, const Limits& limits,
                       MemoryBudget& memory, Dispatcher& dispatcher, Executor& executor,
                       const std::atomic<bool>& draining, Resume resume)
    : socket_(socket),
      peer_(socket.peerAddress().host().toString()),
      limits_(limits),
      keepAlive_(keepAliveHeaders(limits.idleTimeout)),
      dispatcher_(dispatcher),
      executor_(executor),
      draining_(draining),
      resume_(std::move(resume)),
      deadline_(steady_clock::now() + limits.idleTimeout),
      memory_(memory) {
    socket_.setBlocking(false);
    socket_.setNoDelay(true);
}

bool Connection::idle() const noexcept {
    const bool nothingBegun = input_.empty() || input_ == "\r"; // half an empty line
    return !parser_ && nothingBegun && output_.empty();
}

Connection::State Connection::state() const noexcept {
    if (answering())
        return State::answering;
    if (closing_ || lingering_ || !output_.empty())
        return State::writing;
    return idle() ? State::idle : State::reading;
}

void Connection::noteEvent(bool hungUp) noexcept {
    readable_ = true;
    hungUp_ = hungUp_ || hungUp;
}

Connection::Next Connection::advance() {
    for (int turn = 0; turn < stepsPerTurn;) {
        if (answering() || !flush())
            return Next::wait;
        if (lingering_)
            return discard();
        if (closing_)
            return Next::close;
        if (takeRequest()) {
            ++turn;
            continue;
        }
        switch (receive()) {
        case Received::bytes:
            ++turn;
            break;
        case Received::nothing:
            return Next::wait;
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
        return next == Next::wait && idle() ? Next::close : next;
    }
    refuse(Error(ErrorKind::requestTimeout, "Request timed out"));
    return advance();
}

// Reads on in what has arrived; true where that gave something to write.
bool Connection::takeRequest() {
    if (!parser_ && !skipEmptyLines()) {
        beginRequest();
        refuse(Error(ErrorKind::malformedRequest, "Malformed HTTP request", "empty lines only"));
        return true;
    }
    if (input_.empty() || (!parser_ && input_ == "\r"))
        return false;
    if (!parser_)
        beginRequest();
    try {
        input_.erase(0, parser_->put(input_));
    } catch (const Error& error) {
        refuse(error);
        return true;
    }
    if (!findRoom()) {
        refuse(Error::unavailable("no room for the request"));
        return true;
    }
    if (!parser_->done())
        return inviteBody();
    answer();
    return true;
}

bool Connection::isLate(Deadline now, double patience) const noexcept {
    if (answering())
        return false;
    const double lost = memory_.counts() && !lingering_ ? 1 - patience : 0;
    const auto earlier =
        std::chrono::floor<std::chrono::milliseconds>(lost * limits_.requestTimeout);
    return deadline_ - earlier <= now;
}

// What was read and answered, as far as it is still here.
bool Connection::findRoom() noexcept {
    return memory_.resize(input_.capacity() + output_.capacity() +
                          (parser_ ? parser_->bodyMemory() : 0));
}

void Connection::releaseBuffers() noexcept {
    releaseBeyond(input_, keptBytes);
    releaseBeyond(output_, keptBytes);
    findRoom(); // holds no more than before
}

void Connection::beginRequest() {
    parser_.emplace(limits_);
    invited_ = false;
    skipped_ = 0;
    began_ = steady_clock::now();
    deadline_ = began_ + limits_.requestTimeout;
}

// Some clients send an empty line after a body: it begins no request. False where they are too
// many.
bool Connection::skipEmptyLines() {
    std::size_t begin = 0;
    while (input_.compare(begin, 2, "\r\n") == 0)
        begin += 2;
    input_.erase(0, begin);
    skipped_ += begin;
    return skipped_ <= limits_.headerBytes;
}

bool Connection::inviteBody() {
    if (invited_ || !parser_->expectsContinue())
        return false;
    output_ += "HTTP/1.1 100 Continue\r\n\r\n";
    invited_ = true;
    return true;
}

void Connection::answer() {
    exchange_.emplace(Exchange{parser_->request(), peer_, began_, &memory_});
    deadline_ = Deadline::max(); // whoever answers has one
    dispatcher_.answer(*exchange_, executor_,
                       [this](const Response& response) { finishAnswer(response); });
    deferred_ = answering();
}

void Connection::finishAnswer(const Response& response) {
    const bool head = exchange_->request.method == Method::head;
    const bool close = !parser_->keepAlive() || draining_.load(std::memory_order_relaxed);
    writeResponse(output_, response, exchange_->requestId, {head, close, keepAlive_});
    exchange_.reset();
    finishRequest(close);
    if (std::exchange(deferred_, false))
        resume_(*this);
}

void Connection::refuse(const Error& error) {
    Exchange exchange{parser_->request(), peer_, began_, nullptr};
    const bool head = exchange.request.method == Method::head;
    const Response response = dispatcher_.refuse(exchange, error);
    writeResponse(output_, response, exchange.requestId, {head, true});
    input_.clear();
    finishRequest(true);
}

void Connection::finishRequest(bool close) {
    parser_.reset();
    findRoom(); // has it: the answer found its own before
    closing_ = lingering_ = close;
    deadline_ = steady_clock::now() + limits_.requestTimeout; // to write the answer
}

// The socket tells of an edge only: what was there once is there until it has been read.
Connection::Received Connection::receive() {
    if (!readable_)
        return Received::nothing;
    std::array<char, 16384> buffer;
    try {
        const int count = socket_.receiveBytes(buffer.data(), static_cast<int>(buffer.size()));
        readable_ = count == static_cast<int>(buffer.size()) || (hungUp_ && count >= 0);
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
        // Poco's own sendBytes throws where a socket that does not block is full.
        const auto count = ::send(socket_.impl()->sockfd(), output_.data() + written_,
                                  output_.size() - written_, MSG_NOSIGNAL);
        if (count < 0 && errno == EINTR)
            continue;
        if (count < 0 && errno == EAGAIN)
            return false;
        if (count < 0) {
            closing_ = true; // nobody is there to read it
            lingering_ = false;
            break;
        }
        written_ += static_cast<std::size_t>(count);
    }
    output_.clear();
    written_ = 0;
    releaseBuffers();
    quietSince_ = steady_clock::now();
    if (!parser_)
        deadline_ = quietSince_ + (lingering_ ? lingerSilence : limits_.idleTimeout);
    return true;
}

Connection::Next Connection::discard() {
    if (closing_) {
        closing_ = false;
        lingerEnd_ = steady_clock::now() + lingerTime;
        ::shutdown(socket_.impl()->sockfd(), SHUT_WR); // fails where nobody is there any more
    }
    while (discarded_ < lingerBytes) {
        switch (receive()) {
        case Received::bytes:
            deadline_ = std::min(lingerEnd_, steady_clock::now() + lingerSilence);
            break;
        case Received::nothing:
            return Next::wait;
        case Received::end:
            return Next::close;
        }
    }
    return Next::close;
}

} // namespace kubecred::http
