#pragma once

#include "Connection.h"
#include "Dispatcher.h"
#include "Limits.h"
#include "Poller.h"
#include "WorkQueue.h"
#include "kubecred/Log.h"

#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/SocketAddress.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <vector>

namespace kubecred::http {

/// The HTTP front. One listener thread watches all connections that wait; a connection that has
/// something to read is handed to a worker, which reads, has the request answered and writes.
/// So connections cost memory, not threads, and a slow client costs a deadline, not a worker.
class Server {
public:
    /// The references must outlive this object.
    Server(const Limits& limits, const Dispatcher& dispatcher, Logger& logger);

    /// Stops at once, where `stop` was not called.
    ~Server();

    /// Binds and begins to serve. Throws Poco::Exception where the address cannot be had.
    void start(const Poco::Net::SocketAddress& address);

    std::uint16_t port() const { return socket_.address().port(); }

    /// From now on every answer closes its connection.
    void drain() noexcept { draining_ = true; }

    /// Accepts no more, lets requests in flight end, at most for `patience`, then closes what is
    /// left and joins every thread. Handlers are not called any more once it has returned.
    void stop(std::chrono::milliseconds patience);

private:
    struct Watched;

    void listen();
    void handleReady(void* token);
    void accept();
    void admit(const Poco::Net::StreamSocket& socket);
    void turnAway(Poco::Net::StreamSocket socket) const;
    void sweep();
    void work();
    void serve(Watched& watched);
    Connection::Next advance(Watched& watched);
    bool looksAMoment(const Connection& connection) const;
    void remove(Watched& watched);
    bool waitUntilEmpty(std::chrono::milliseconds patience);

    const Limits limits_;
    const Dispatcher& dispatcher_;
    Logger& logger_;
    Poco::Net::ServerSocket socket_;
    Poller poller_;
    WorkQueue<Watched*> queue_;
    std::atomic<bool> draining_{false};
    std::atomic<bool> accepting_{false};
    std::atomic<bool> running_{false};

    std::mutex mutex_; // guards connections_
    std::condition_variable removed_;
    std::unordered_map<Watched*, std::unique_ptr<Watched>> connections_;

    std::thread listener_;
    std::vector<std::thread> workers_;
};

} // namespace kubecred::http
