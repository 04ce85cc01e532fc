#include "PeerConnection.h"

#include "Connecting.h"

#include <Poco/Exception.h>

#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

#include <utility>

namespace kubecred::peer {
namespace {

namespace beast = boost::beast::http;
using Poco::Net::Socket;
using std::chrono::steady_clock;
using Parser = beast::response_parser<beast::string_body>;

constexpr std::size_t mostHeaderBytes = 16 << 10;

// Of a whole answer. What fits a request comes to 5.3 MB where PostgreSQL writes its numbers out.
constexpr std::size_t mostBytes = 8 << 20;

// Throws once nothing is left.
Poco::Timespan timeLeft(Deadline deadline) {
    const auto left = std::chrono::ceil<std::chrono::microseconds>(deadline - steady_clock::now());
    if (left.count() <= 0)
        throw PeerError("timed out");
    return {left.count()};
}

// Takes what it can from the front of the buffer; false where more has to come.
bool parse(Parser& parser, std::string& buffer) {
    boost::beast::error_code error;
    const auto taken = parser.put(boost::asio::buffer(buffer), error);
    buffer.erase(0, taken);
    if (error && error != beast::error::need_more)
        throw AnswerError("malformed answer");
    return parser.is_done();
}

} // namespace

PeerAnswer PeerConnection::exchange(std::string_view request, Deadline deadline) {
    if (isStale())
        socket_.reset();
    if (socket_) {
        try {
            return attempt(request, deadline);
        } catch (const PeerError&) {
            if (received_ > 0 || steady_clock::now() >= deadline)
                throw;
        }
    }
    connect(deadline);
    return attempt(request, deadline);
}

// Nothing but a whole answer leaves the connection to the next question.
PeerAnswer PeerConnection::attempt(std::string_view request, Deadline deadline) {
    received_ = 0;
    try {
        send(request, deadline);
        return receive(deadline);
    } catch (const Poco::Exception&) {
        socket_.reset();
        throw PeerError("unreachable");
    } catch (...) {
        socket_.reset();
        throw;
    }
}

// Between two answers there is nothing to read but the end.
bool PeerConnection::isStale() {
    return socket_ && socket_->poll(Poco::Timespan(0), Socket::SELECT_READ);
}

void PeerConnection::connect(Deadline deadline) {
    auto socket = connectTo(settings_.host, settings_.port, resolver_, deadline);
    try {
        socket.setNoDelay(true);
        socket.setBlocking(false);
    } catch (const Poco::Exception&) {
        throw PeerError("unreachable");
    }
    socket_ = std::move(socket);
}

void PeerConnection::send(std::string_view bytes, Deadline deadline) {
    while (!bytes.empty()) {
        if (!socket_->poll(timeLeft(deadline), Socket::SELECT_WRITE))
            throw PeerError("timed out");
        const int sent = socket_->sendBytes(bytes.data(), static_cast<int>(bytes.size()));
        bytes.remove_prefix(sent > 0 ? static_cast<std::size_t>(sent) : 0);
    }
}

PeerAnswer PeerConnection::receive(Deadline deadline) {
    Parser parser;
    parser.eager(true);
    parser.header_limit(mostHeaderBytes);
    parser.body_limit(mostBytes); // is not always held for answers: the sum is
    std::string buffer;
    do {
        received_ += receiveSome(buffer, deadline);
        if (received_ > mostBytes)
            throw AnswerError("oversized answer");
    } while (!parse(parser, buffer));
    // After an interim answer, such as 100, another one follows.
    if (!parser.keep_alive() || !buffer.empty() || parser.get().result_int() != 200)
        socket_.reset();
    return {static_cast<int>(parser.get().result_int()), std::move(parser.get().body())};
}

std::size_t PeerConnection::receiveSome(std::string& buffer, Deadline deadline) {
    if (!socket_->poll(timeLeft(deadline), Socket::SELECT_READ))
        throw PeerError("timed out");
    const auto before = buffer.size();
    buffer.resize(before + 16384);
    const int count = socket_->receiveBytes(buffer.data() + before, 16384);
    if (count == 0)
        throw PeerError("connection closed");
    const auto received = count > 0 ? static_cast<std::size_t>(count) : 0;
    buffer.resize(before + received);
    return received;
}

} // namespace kubecred::peer
