#pragma once

#include "Connection.h"
#include "ConnectionCount.h"
#include "Poller.h"
#include "SocketWaits.h"
#include "http/Limits.h"
#include "http/MemoryBudget.h"
#include "http/dispatch/Dispatcher.h"
#include "kubecred/Deferred.h"
#include "kubecred/Log.h"
#include "kubecred/Threads.h"
#include "kubecred/Timers.h"

#include <Poco/Net/StreamSocket.h>

#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace kubecred::http {

/// One thread that reads, answers and writes for its share of the connections, and never waits for
/// anything but them: what waits, such as a look-up in the database, is done elsewhere, and its
/// outcome is posted here. So connections cost memory, not threads, and a slow client costs a
/// deadline.
class EventLoop final : public Executor {
public:
    /// `draining` tells that every answer is to close its connection; `open` counts connections,
    /// `memory` what they hold. The references must outlive this object.
    EventLoop(const Limits& limits, Dispatcher& dispatcher, Logger& logger,
              const std::atomic<bool>& draining, ConnectionCount& open, MemoryBudget& memory);
    ~EventLoop() override;
    EventLoop(const EventLoop&) = delete;
    EventLoop& operator=(const EventLoop&) = delete;

    /// Runs the work on the loop's thread. Safe to call from any thread.
    void post(std::function<void()> work) override;
    SocketWaiter& sockets() noexcept override { return waits_; }
    Timers& timers() noexcept override { return timers_; }

    /// Serves a connection that `open` has counted, until it ends. Safe to call from any thread.
    void adopt(const Poco::Net::StreamSocket& socket);

    /// How many connections were in this state a moment ago. Safe to call from any thread.
    int connections(Connection::State state) const noexcept {
        return counts_[static_cast<std::size_t>(state)];
    }

    /// From now on, connections are closed once they have been idle for a moment: long enough for
    /// a request that is on its way. Safe to call from any thread.
    void closeIdle();

    /// Closes every connection, where a request is being answered after that, and ends the thread
    /// once nobody waits for a socket any more. Safe to call from any thread.
    void beginToStop();

    /// Waits for the end of the thread; false where it has not come by the deadline.
    bool join(Deadline deadline) { return thread_.join(deadline); }

private:
    static constexpr std::size_t eventsPerTurn = 64;

    void run();
    std::chrono::milliseconds timeout() const;
    void handle(const Poller::Event& event);
    void runPosted();
    void runAgain();
    void sweep();
    void count();
    bool isOver(const Connection& connection, Deadline now) const;
    void serve(const Poco::Net::StreamSocket& socket);
    void proceed(Connection& connection, bool expired = false);
    void settle(Connection& connection, Connection::Next next);
    void remove(Connection& connection);

    const Limits& limits_;
    Dispatcher& dispatcher_;
    Logger& logger_;
    const std::atomic<bool>& draining_;
    ConnectionCount& open_;
    MemoryBudget& memory_;
    Poller poller_;

    std::array<std::atomic<int>, 4> counts_{}; // of connections, by state

    std::atomic<std::thread::id> id_; // of the loop's thread, once it runs
    std::mutex mutex_;                // guards posted_
    std::vector<std::function<void()>> posted_;

    // Everything below belongs to the loop's thread.
    std::unordered_map<Connection*, std::unique_ptr<Connection>> connections_;
    std::unordered_set<Connection*> again_; // had their turn and can go on
    SocketWaits waits_{poller_};
    Timers timers_;
    Deadline nextSweep_{};
    bool counted_ = false; // some connections, when last looked
    bool closesIdle_ = false;
    bool stopping_ = false;
    bool postedHere_ = false; // by the loop's own thread: nothing needs to be woken

    Threads thread_; // one; last: it uses everything above
};

} // namespace kubecred::http
