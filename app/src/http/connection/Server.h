#pragma once

#include "ConnectionCount.h"
#include "EventLoop.h"
#include "http/Limits.h"
#include "http/MemoryBudget.h"
#include "http/dispatch/Dispatcher.h"
#include "kubecred/Log.h"
#include "kubecred/Metrics.h"

#include <Poco/Net/ServerSocket.h>
#include <Poco/Net/SocketAddress.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <exception>
#include <memory>
#include <thread>
#include <vector>

namespace kubecred::http {

/// The HTTP front: a listener thread accepts connections and hands them round to event loops, which
/// serve them.
class Server {
public:
    /// `draining` tells that every answer is to close its connection. The references must outlive
    /// this object.
    Server(const Limits& limits, Dispatcher& dispatcher, Logger& logger, Metrics& metrics,
           const std::atomic<bool>& draining);

    /// Stops, however long that takes, where `stop` has not.
    ~Server();

    Server(const Server&) = delete;
    Server& operator=(const Server&) = delete;

    /// Binds and begins to serve. Throws Poco::Exception where the address cannot be had.
    void start(const Poco::Net::SocketAddress& address);

    std::uint16_t port() const { return socket_.address().port(); }

    /// Serves every connection that the kernel has accepted so far, and no other, and closes each
    /// once its requests are answered. Returns within a second or so, whoever goes on connecting.
    void finish();

    /// True once every connection is closed; false where one is not by the deadline.
    bool waitUntilFinished(Deadline deadline) { return open_.waitUntilNone(deadline); }

    /// Closes what is left and joins every thread; waits for requests that are being answered.
    /// Handlers are not called any more once it has returned true; false where a request is not
    /// answered by the deadline. May be called again then.
    bool stop(Deadline deadline = Deadline::max());

private:
    void listen();
    void accept();
    void admit(const Poco::Net::StreamSocket& socket);
    void turnAway(Poco::Net::StreamSocket socket);
    void stopListening();
    void drainBacklog();
    void addGauges(Metrics& metrics) const;
    void logAcceptFailure(const std::exception& exception) const;

    const Limits limits_;
    Dispatcher& dispatcher_;
    Logger& logger_;
    const std::atomic<bool>& draining_;
    Counter& accepted_;
    Counter& turnedAway_;
    Poco::Net::ServerSocket socket_;
    std::atomic<bool> accepting_{false};
    ConnectionCount open_;
    MemoryBudget memory_;
    Poller poller_; // of the listener
    std::vector<std::unique_ptr<EventLoop>> loops_;
    std::size_t next_ = 0; // the loop whose turn it is; for the listener only
    std::thread listener_;
};

} // namespace kubecred::http
