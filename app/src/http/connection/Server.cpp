#include "Server.h"

#include "SynFilter.h"
#include "http/dispatch/ErrorRendering.h"
#include "http/message/ResponseWriter.h"
#include "kubecred/ClassName.h"
#include "kubecred/domain/Uuid.h"

#include <Poco/Exception.h>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <utility>

namespace kubecred::http {
namespace {

using std::chrono::milliseconds;

constexpr int backlog = 4096; // the kernel may lower it (net.core.somaxconn)

// How soon to try again where a connection could not be accepted, as for want of descriptors.
constexpr milliseconds retryInterval{50};

// How long the last step of a handshake may take that began before the port was closed.
constexpr milliseconds handshakeTime{100};

// How long to take in those who go on connecting where the port could not be closed to them.
constexpr milliseconds drainTime{500};

// How much of an answer the kernel takes before it can send it. Beyond that it stays here, where it
// is counted. Connections have it from their listener (tcp(7), TCP_NOTSENT_LOWAT).
void boundUnsent(int listener) noexcept {
    constexpr int bytes = 32768;
    // A kernel that does not know it takes more.
    [[maybe_unused]] const int result =
        setsockopt(listener, IPPROTO_TCP, TCP_NOTSENT_LOWAT, &bytes, sizeof bytes);
}

// Poco's own poll makes and closes an epoll descriptor for each call.
bool isReadable(const Poco::Net::Socket& socket, milliseconds patience = milliseconds(0)) {
    pollfd watched{socket.impl()->sockfd(), POLLIN, 0};
    return ::poll(&watched, 1, static_cast<int>(patience.count())) > 0;
}

} // namespace

Server::Server(const Limits& limits, Dispatcher& dispatcher, Logger& logger, Metrics& metrics,
               const std::atomic<bool>& draining)
    : limits_(limits),
      dispatcher_(dispatcher),
      logger_(logger),
      draining_(draining),
      accepted_(metrics.counter({"kubecred_http_connections_accepted_total",
                                 "Connections that were accepted to be served."})),
      turnedAway_(metrics.counter({"kubecred_http_connections_turned_away_total",
                                   "Connections that got 503 since too many were open."})),
      open_(limits.connections),
      memory_(limits.memoryBytes) {
    addGauges(metrics);
}

Server::~Server() { stop(); }

void Server::addGauges(Metrics& metrics) const {
    using State = Connection::State;
    for (const auto& [state, name] :
         {std::pair{State::idle, "idle"}, std::pair{State::reading, "reading"},
          std::pair{State::answering, "answering"}, std::pair{State::writing, "writing"}})
        metrics.gauge({"kubecred_http_connections",
                       "Connections that are open, by what they are busy with.",
                       {{"state", name}}},
                      [this, state = state] {
                          int count = 0;
                          for (const auto& loop : loops_)
                              count += loop->connections(state);
                          return count;
                      });
    metrics.gauge({"kubecred_http_memory_bytes",
                   "Memory that requests and answers of all connections take, beyond 8 KiB each."},
                  [this] { return static_cast<double>(memory_.held()); });
}

void Server::start(const Poco::Net::SocketAddress& address) {
    // Poco's two-argument bind would set SO_REUSEPORT and so share a port that is taken.
    socket_.bind(address, true, false);
    socket_.listen(backlog);
    socket_.setBlocking(false);
    boundUnsent(socket_.impl()->sockfd());
    poller_.add(socket_.impl()->sockfd(), this);
    for (std::size_t i = 0; i < limits_.workers; ++i)
        loops_.push_back(
            std::make_unique<EventLoop>(limits_, dispatcher_, logger_, draining_, open_, memory_));
    accepting_ = true;
    listener_ = std::thread([this] { listen(); });
}

void Server::finish() {
    stopListening();
    for (const auto& loop : loops_)
        loop->closeIdle();
}

bool Server::stop(Deadline deadline) {
    stopListening();
    for (const auto& loop : loops_)
        loop->beginToStop();
    return std::ranges::all_of(loops_, [&](const auto& loop) { return loop->join(deadline); });
}

void Server::stopListening() {
    if (!listener_.joinable())
        return;
    accepting_ = false;
    poller_.wake();
    listener_.join();
    drainBacklog();
    socket_.close();
}

// Closing a socket resets what waits in its backlog, and who waits there was told to be connected.
void Server::drainBacklog() {
    if (!refuseNewConnections(socket_.impl()->sockfd()))
        logger_.log(LogLevel::warn, "could not close the port to new connections first");
    const auto end = std::chrono::steady_clock::now() + drainTime;
    try {
        while (std::chrono::steady_clock::now() < end && isReadable(socket_, handshakeTime))
            admit(socket_.acceptConnection());
    } catch (const Poco::Exception& exception) {
        logAcceptFailure(exception);
    }
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
            logAcceptFailure(exception);
            timeout = retryInterval;
        }
    }
}

void Server::accept() {
    while (accepting_ && isReadable(socket_))
        admit(socket_.acceptConnection());
}

void Server::logAcceptFailure(const std::exception& exception) const {
    logger_.log(LogLevel::warn, "could not accept a connection",
                {{"error", classNameOf(exception)}});
}

void Server::admit(const Poco::Net::StreamSocket& socket) {
    if (!open_.tryAdd()) {
        turnAway(socket);
        return;
    }
    accepted_.add();
    loops_[next_]->adopt(socket);
    next_ = (next_ + 1) % loops_.size();
}

// Never waits: what a new connection may be sent at once is far more than this.
void Server::turnAway(Poco::Net::StreamSocket socket) {
    turnedAway_.add();
    const std::string id = Uuid::version4().toString();
    std::string bytes;
    writeResponse(bytes, renderError(Error::unavailable("too many connections"), id), id,
                  AnswerHeaders(), {.close = true});
    try {
        socket.setBlocking(false);
        socket.sendBytes(bytes.data(), static_cast<int>(bytes.size()), MSG_NOSIGNAL);
        socket.shutdownSend();
        // What is left unread would make the kernel reset the connection, and the answer with it.
        std::array<char, 16384> unread;
        socket.receiveBytes(unread.data(), static_cast<int>(unread.size()));
    } catch (const Poco::Exception&) {
        // Gone already.
    }
    logger_.log(LogLevel::warn, "connection turned away: http.maxConnections are open",
                {{"requestId", std::string_view(id)}, {"status", std::int64_t{503}}});
}

} // namespace kubecred::http
