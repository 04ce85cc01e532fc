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
constexpr milliseconds sweepInterval{250};

// How long a worker stays with a connection that it has answered, while nobody else needs it.
constexpr milliseconds moment{2};

// Poco's own poll makes and closes an epoll descriptor for each call.
bool readableWithin(int fd, milliseconds time) {
    pollfd watched{fd, POLLIN, 0};
    return ::poll(&watched, 1, static_cast<int>(time.count())) > 0;
}

} // namespace

/// A connection and who holds it: the poller while it is armed, a worker while it is not.
struct Server::Watched {
    Watched(const Poco::Net::StreamSocket& socket, const Server& server)
        : connection(socket, server.limits_, server.dispatcher_, server.draining_) {}

    int fd() const { return connection.socket().impl()->sockfd(); }

    /// Hands the connection to the poller. It may be taken again before this returns.
    void watch(Poller& poller, Poller::Interest interest) {
        const std::lock_guard lock(mutex);
        armed = true;
        if (registered)
            poller.arm(fd(), this, interest);
        else
            poller.add(fd(), this, interest);
        registered = true;
    }

    void take() {
        const std::lock_guard lock(mutex);
        armed = false;
    }

    /// Takes the connection from the poller where its time is over, or where it is idle and
    /// `idleLeaves`. False where it is not, or where a worker holds it.
    bool takeExpired(Poller& poller, Deadline now, bool idleLeaves) {
        const std::lock_guard lock(mutex);
        if (!armed || (connection.deadline() > now && !(idleLeaves && connection.idle())))
            return false;
        poller.remove(fd());
        registered = false;
        armed = false;
        expired = true;
        return true;
    }

    Connection connection;
    std::mutex mutex; // guards `armed` and, while that is true, everything else
    bool armed = false;
    bool registered = false; // with the poller
    bool expired = false;
};

Server::Server(const Limits& limits, const Dispatcher& dispatcher, Logger& logger)
    : limits_(limits), dispatcher_(dispatcher), logger_(logger) {}

Server::~Server() { stop(milliseconds(0)); }

void Server::start(const Poco::Net::SocketAddress& address) {
    // Poco's two-argument bind would set SO_REUSEPORT and so share a port that is taken.
    socket_.bind(address, true, false);
    socket_.listen(backlog);
    socket_.setBlocking(false);
    running_ = accepting_ = true;
    poller_.add(socket_.impl()->sockfd(), this, Poller::Interest::read);
    listener_ = std::thread([this] { listen(); });
    for (std::size_t i = 0; i < limits_.workers; ++i)
        workers_.emplace_back([this] { work(); });
}

void Server::stop(milliseconds patience) {
    if (!listener_.joinable())
        return;
    drain();
    accepting_ = false;
    poller_.wake();
    if (!waitUntilEmpty(patience))
        logger_.log(LogLevel::warn, "requests still in flight at the end of the shutdown timeout");
    running_ = false;
    poller_.wake();
    listener_.join();
    queue_.close();
    for (auto& worker : workers_)
        worker.join();
    connections_.clear();
}

bool Server::waitUntilEmpty(milliseconds patience) {
    std::unique_lock lock(mutex_);
    return removed_.wait_for(lock, patience, [this] { return connections_.empty(); });
}

void Server::listen() {
    std::array<void*, 256> ready;
    auto nextSweep = std::chrono::steady_clock::now();
    bool open = true;
    while (running_) {
        const std::size_t count = poller_.wait(ready, sweepInterval);
        for (std::size_t i = 0; i < count; ++i)
            handleReady(ready[i]);
        if (open && !accepting_) {
            socket_.close();
            open = false;
            nextSweep = {};
        }
        if (std::chrono::steady_clock::now() < nextSweep)
            continue;
        sweep();
        nextSweep = std::chrono::steady_clock::now() + sweepInterval;
    }
}

void Server::handleReady(void* token) {
    if (token == this) {
        accept();
        return;
    }
    auto* watched = static_cast<Watched*>(token);
    watched->take();
    queue_.push(watched);
}

void Server::accept() {
    try {
        while (accepting_ && readableWithin(socket_.impl()->sockfd(), milliseconds(0)))
            admit(socket_.acceptConnection());
    } catch (const std::exception& exception) {
        // Out of descriptors, most likely: what waits in the backlog is tried again.
        logger_.log(LogLevel::warn, "could not accept a connection",
                    {{"error", std::string_view(typeid(exception).name())}});
        std::this_thread::sleep_for(milliseconds(10));
    }
    if (accepting_)
        poller_.arm(socket_.impl()->sockfd(), this, Poller::Interest::read);
}

void Server::admit(const Poco::Net::StreamSocket& socket) {
    std::unique_ptr<Watched> watched;
    try {
        watched = std::make_unique<Watched>(socket, *this);
    } catch (const Poco::Exception&) {
        return; // gone before it was greeted
    }
    Watched& reference = *watched;
    {
        const std::lock_guard lock(mutex_);
        if (connections_.size() >= limits_.connections) {
            turnAway(socket);
            return;
        }
        connections_.emplace(&reference, std::move(watched));
    }
    reference.watch(poller_, Poller::Interest::read);
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

// Hands every connection whose deadline has passed to a worker; during a stop, every idle one.
void Server::sweep() {
    const auto now = std::chrono::steady_clock::now();
    const std::lock_guard lock(mutex_);
    for (const auto& [watched, owner] : connections_)
        if (watched->takeExpired(poller_, now, !accepting_))
            queue_.push(watched);
}

void Server::work() {
    Watched* watched = nullptr;
    while (queue_.pop(watched)) {
        try {
            serve(*watched);
        } catch (const std::exception& exception) {
            logger_.log(LogLevel::error, "connection failed",
                        {{"error", std::string_view(typeid(exception).name())}});
            remove(*watched);
        }
    }
}

void Server::serve(Watched& watched) {
    Connection::Next next = advance(watched);
    while (next == Connection::Next::read && looksAMoment(watched.connection))
        next = watched.connection.advance();
    switch (next) {
    case Connection::Next::read:
        watched.watch(poller_, Poller::Interest::read);
        break;
    case Connection::Next::write:
        watched.watch(poller_, Poller::Interest::write);
        break;
    case Connection::Next::again:
        queue_.push(&watched);
        break;
    case Connection::Next::close:
        remove(watched);
        break;
    }
}

Connection::Next Server::advance(Watched& watched) {
    if (!watched.expired)
        return watched.connection.advance();
    watched.expired = false;
    return watched.connection.expire();
}

// Handing a connection back to the listener and getting it again costs two switches of thread;
// a client that answers at once is worth a short wait where no other connection waits for us.
bool Server::looksAMoment(const Connection& connection) const {
    return accepting_ && connection.idle() && queue_.hasIdleWorkers() &&
           readableWithin(connection.socket().impl()->sockfd(), moment);
}

void Server::remove(Watched& watched) {
    {
        const std::lock_guard lock(mutex_);
        connections_.erase(&watched);
    }
    removed_.notify_all();
}

} // namespace kubecred::http
