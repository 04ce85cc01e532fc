#include "Connection.h"

#include "http/message/ResponseWriter.h"

#include <algorithm>
#include <cassert>
#include <utility>

namespace kubecred::http {
namespace {

using std::chrono::steady_clock;
using Received = BufferedSocket::Received;
using Sent = BufferedSocket::Sent;

// How much one connection may have read and answered before others get their turn.
constexpr int stepsPerTurn = 64;

// A client that still sends would lose the answer to a reset, were the connection closed at once
// (RFC 9112, section 9.6), and many clients send all of a request before they read the answer.
constexpr std::chrono::seconds lingerTime{10};
constexpr std::chrono::seconds lingerSilence{2};
constexpr std::size_t lingerBytes = 64 << 20;

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
      memory_(memory) {}

void Connection::check() const noexcept {
    assert(!exchange_ || parser_);
    assert(!answering_ || exchange_);
    assert(!deferred_ || answering_);
    assert(!parser_ || !(closing_ || lingering_));
}

bool Connection::idle() const noexcept {
    const auto& input = socket_.input();
    const bool nothingBegun = input.empty() || input == "\r"; // half an empty line
    return !parser_ && nothingBegun && !socket_.hasOutput();
}

Connection::State Connection::state() const noexcept {
    if (answering_)
        return State::answering;
    if (closing_ || lingering_ || socket_.hasOutput())
        return State::writing;
    return idle() ? State::idle : State::reading;
}

Connection::Next Connection::advance() {
    check();
    for (int turn = 0; turn < stepsPerTurn;) {
        if (answering_ || !flush())
            return Next::wait;
        if (lingering_)
            return linger();
        if (closing_)
            return Next::close;
        if (takeRequest()) {
            ++turn;
            continue;
        }
        switch (socket_.receive()) {
        case Received::bytes:
            ++turn;
            break;
        case Received::nothing:
            return Next::wait;
        case Received::end:
            return receiveEnd();
        case Received::lost:
            return Next::close; // nobody is there to be answered
        }
    }
    return Next::again;
}

Connection::Next Connection::expire() {
    check();
    if (lingering_ || closing_ || socket_.hasOutput())
        return Next::close;
    if (!parser_) {
        // A request may have come in just now: it is answered.
        const Next next = advance();
        return next == Next::wait && idle() ? Next::close : next;
    }
    refuse(Error(ErrorKind::requestTimeout, "Request timed out"));
    return advance();
}

// Reads on in what has arrived; true where that gave something to write, or to wait for.
bool Connection::takeRequest() {
    if (!parser_ && !skipEmptyLines()) {
        beginRequest();
        refuse(Error(ErrorKind::malformedRequest, "Malformed HTTP request", "empty lines only"));
        return true;
    }
    std::string& input = socket_.input();
    if (input.empty() || (!parser_ && input == "\r"))
        return false;
    if (!parser_)
        beginRequest();
    try {
        input.erase(0, readOn());
    } catch (const Error& error) {
        refuse(error);
        return true;
    }
    if (!findRoom()) {
        refuse(Error::unavailable("no room for the request"));
        return true;
    }
    if (!parser_->done() && !endsEarly_)
        return inviteBody();
    answer();
    return true;
}

// How many bytes of the input belong to the request.
std::size_t Connection::readOn() {
    const std::string_view input = socket_.input();
    std::size_t taken = 0;
    if (!exchange_) {
        taken = parser_->putHeader(input);
        if (!parser_->headerDone())
            return taken;
        admit();
    }
    return taken + parser_->putBody(input.substr(taken));
}

void Connection::admit() {
    exchange_.emplace(Exchange{parser_->request(), peer_, began_, &memory_});
    dispatcher_.admit(*exchange_);
    parser_->limitBody(exchange_->policy().bodyBytes);
    endsEarly_ = exchange_->refusal && !parser_->skipBody();
}

bool Connection::isLate(Deadline now, double patience) const noexcept {
    if (answering_)
        return false;
    const double lost = memory_.counts() && !lingering_ ? 1 - patience : 0;
    const auto earlier =
        std::chrono::floor<std::chrono::milliseconds>(lost * limits_.requestTimeout);
    return deadline_ - earlier <= now;
}

// What was read and answered, as far as it is still here.
bool Connection::findRoom() noexcept {
    return memory_.resize(socket_.memory() + (parser_ ? parser_->bodyMemory() : 0));
}

void Connection::beginRequest() {
    parser_.emplace(limits_);
    invited_ = false;
    endsEarly_ = false;
    skipped_ = 0;
    began_ = steady_clock::now();
    deadline_ = began_ + limits_.requestTimeout;
}

// Some clients send an empty line after a body: it begins no request. False where they are too
// many.
bool Connection::skipEmptyLines() {
    std::string& input = socket_.input();
    std::size_t begin = 0;
    while (input.compare(begin, 2, "\r\n") == 0)
        begin += 2;
    input.erase(0, begin);
    skipped_ += begin;
    return skipped_ <= limits_.headerBytes;
}

bool Connection::inviteBody() {
    if (invited_ || !parser_->expectsContinue())
        return false;
    socket_.output() += "HTTP/1.1 100 Continue\r\n\r\n";
    invited_ = true;
    return true;
}

void Connection::answer() {
    exchange_->request.body = parser_->body();
    deadline_ = Deadline::max(); // whoever answers has one
    answering_ = true;
    dispatcher_.answer(*exchange_, executor_,
                       [this](const Response& response) { finishAnswer(response); });
    deferred_ = answering_;
}

// The connection cannot be read from after a request that is not whole.
void Connection::finishAnswer(const Response& response) {
    answering_ = false;
    write(response, !parser_->keepAlive() || draining_.load(std::memory_order_relaxed));
    if (std::exchange(deferred_, false))
        resume_(*this);
}

void Connection::refuse(const Error& error) {
    constexpr bool close = true;
    if (!exchange_)
        exchange_.emplace(Exchange{parser_->request(), peer_, began_});
    write(dispatcher_.refuse(*exchange_, error), close);
}

void Connection::write(const Response& response, bool close) {
    const bool head = exchange_->request.method == Method::head;
    writeResponse(socket_.output(), response, exchange_->requestId,
                  exchange_->policy().answerHeaders,
                  {.head = head, .close = close, .keepAlive = keepAlive_});
    exchange_.reset();
    parser_.reset();
    if (close)
        socket_.input().clear();
    findRoom(); // has it: the answer found its own before
    closing_ = lingering_ = close;
    deadline_ = steady_clock::now() + limits_.requestTimeout; // to write the answer
}

Connection::Next Connection::receiveEnd() {
    if (!parser_)
        return Next::close;
    refuse(Error(ErrorKind::malformedRequest, "Malformed HTTP request", "incomplete request"));
    return advance();
}

// True once everything is written.
bool Connection::flush() {
    if (!socket_.hasOutput())
        return true;
    const Sent sent = socket_.send();
    if (sent == Sent::some)
        return false;
    if (sent == Sent::lost) {
        exchange_.reset();
        parser_.reset();
        closing_ = true;
        lingering_ = false;
    }
    socket_.release();
    findRoom(); // holds no more than before
    quietSince_ = steady_clock::now();
    if (!parser_)
        deadline_ = quietSince_ + (lingering_ ? lingerSilence : limits_.idleTimeout);
    return true;
}

Connection::Next Connection::linger() {
    if (closing_) {
        closing_ = false;
        lingerEnd_ = steady_clock::now() + lingerTime;
        socket_.shutDown();
    }
    while (socket_.discarded() < lingerBytes) {
        switch (socket_.discard()) {
        case Received::bytes:
            deadline_ = std::min(lingerEnd_, steady_clock::now() + lingerSilence);
            break;
        case Received::nothing:
            return Next::wait;
        case Received::end:
        case Received::lost:
            return Next::close;
        }
    }
    return Next::close;
}

} // namespace kubecred::http
