#include "Server.h"

#include "ErrorRendering.h"
#include "ResponseWriter.h"
#include "kubecred/domain/Uuid.h"

#include <Poco/Exception.h>

#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <typeinfo>

namespace kubecred::http {
namespace {

using std::chrono::milliseconds;

constexpr int backlog = 1024;

// How soon to try again where a connection could not be accepted, as for want of descriptors.
constexpr milliseconds retryInterval{50};

// Poco's own poll makes and closes an epoll descriptor for each call.
bool isReadable(const Poco::Net::Socket& socket) {
    pollfd watched{socket.impl()->sockfd(), POLLIN, 0};
    return ::poll(&watched, 1, 0) > 0;
}

} // namespace

Server::Server(const Limits& limits, const Dispatcher& dispatcher, Logger& logger)
    : limits_(limits), dispatcher_(dispatcher), logger_(logger), open_(limits.connections) {}

Server::~Server() {
    stopListening();
    stop();
}

void Server::start(const Poco::Net::SocketAddress& address) {
    // Poco's two-argument bind would set SO_REUSEPORT and so share a port that is taken.
    socket_.bind(address, true, false);
    socket_.listen(backlog);
    socket_.setBlocking(false);
    poller_.add(socket_.impl()->sockfd(), this);
    for (std::size_t i = 0; i < limits_.workers; ++i)
        loops_.push_back(
            std::make_unique<EventLoop>(limits_, dispatcher_, logger_, draining_, open_));
    accepting_ = true;
    listener_ = std::thread([this] { listen(); });
}

bool Server::finish(milliseconds patience) {
    drain();
    stopListening();
    for (const auto& loop : loops_)
        loop->closeIdle();
    const bool inTime = open_.waitUntilNone(patience);
    if (!inTime)
        logger_.log(LogLevel::warn, "requests still in flight at the end of the shutdown timeout");
    return inTime;
}

void Server::stop() {
    for (const auto& loop : loops_)
        loop->stop();
}

void Server::stopListening() {
    if (!listener_.joinable())
        return;
    accepting_ = false;
    poller_.wake();
    listener_.join();
    socket_.close();
}

void Server::listen() {
    std::array<Poller::Event, 1> events;
    milliseconds timeout(-1);
    while (accepting_) {
        poller_.wait(events, timeout);
        try {
            accept();
            timeout = milliseconds(-1);
        } catch (const std::exception& exception) {
            logger_.log(LogLevel::warn, "could not accept a connection",
                        {{"error", std::string_view(typeid(exception).name())}});
            timeout = retryInterval;
        }
    }
}

void Server::accept() {
    while (accepting_ && isReadable(socket_))
        admit(socket_.acceptConnection());
}

void Server::admit(const Poco::Net::StreamSocket& socket) {
    if (!open_.tryAdd()) {
        turnAway(socket);
        return;
    }
    loops_[next_]->adopt(socket);
    next_ = (next_ + 1) % loops_.size();
}

void Server::turnAway(Poco::Net::StreamSocket socket) const {
    const std::string id = Uuid::version4().toString();
    std::string bytes;
    writeResponse(bytes, renderError(Error::unavailable("too many connections"), id), id,
                  {false, true, false});
    socket.sendBytes(bytes.data(), static_cast<int>(bytes.size()), MSG_NOSIGNAL);
    logger_.log(LogLevel::warn, "connection turned away: http.maxConnections are open",
                {{"requestId", std::string_view(id)}, {"status", std::int64_t{503}}});
}

} // namespace kubecred::http
