#include "EventLoop.h"

#include "kubecred/ClassName.h"

#include <Poco/Exception.h>

#include <malloc.h>

#include <algorithm>
#include <array>
#include <exception>
#include <utility>

namespace kubecred::http {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds sweepInterval{250};

// How long a client that is not answered any more may still have a request on its way.
constexpr milliseconds farewell{1000};

} // namespace

EventLoop::EventLoop(const Limits& limits, Dispatcher& dispatcher, Logger& logger,
                     const std::atomic<bool>& draining, ConnectionCount& open, MemoryBudget& memory)
    : limits_(limits),
      dispatcher_(dispatcher),
      logger_(logger),
      draining_(draining),
      open_(open),
      memory_(memory) {
    thread_.add([this] { run(); });
}

EventLoop::~EventLoop() {
    beginToStop();
    join(Deadline::max());
}

void EventLoop::post(std::function<void()> work) {
    bool isFirst = false;
    {
        const std::lock_guard lock(mutex_);
        isFirst = posted_.empty();
        posted_.push_back(std::move(work));
    }
    if (std::this_thread::get_id() == id_.load(std::memory_order_relaxed))
        postedHere_ = true;
    else if (isFirst)
        poller_.wake();
}

void EventLoop::adopt(const Poco::Net::StreamSocket& socket) {
    post([this, socket] { serve(socket); });
}

void EventLoop::closeIdle() {
    post([this] {
        closesIdle_ = true;
        nextSweep_ = {};
    });
}

void EventLoop::beginToStop() {
    post([this] {
        stopping_ = true;
        nextSweep_ = {};
    });
}

void EventLoop::run() {
    id_ = std::this_thread::get_id();
    std::array<Poller::Event, eventsPerTurn> events;
    while (!stopping_ || !connections_.empty() || !waits_.empty()) {
        const std::size_t count = poller_.wait(events, timeout());
        // What others wait for goes first: they may ask for more, which is done meanwhile.
        const auto others = std::partition(events.begin(), events.begin() + count,
                                           [&](auto& event) { return waits_.note(event.token); });
        waits_.run();
        std::for_each(others, events.begin() + count, [&](auto& event) { handle(event); });
        runPosted();
        timers_.run(); // later than what was posted: an outcome that has come counts
        runAgain();
        sweep();
    }
}

milliseconds EventLoop::timeout() const {
    if (!again_.empty() || postedHere_)
        return milliseconds(0);
    if (waits_.empty() && timers_.empty())
        return connections_.empty() && !counted_ ? milliseconds(-1) : sweepInterval;
    const auto next = std::min(waits_.empty() ? Deadline::max() : waits_.earliest(),
                               timers_.empty() ? Deadline::max() : timers_.earliest());
    const auto left = std::chrono::ceil<milliseconds>(next - steady_clock::now());
    return std::clamp(left, milliseconds(0), sweepInterval);
}

void EventLoop::handle(const Poller::Event& event) {
    auto& connection = *static_cast<Connection*>(event.token);
    if (!connections_.contains(&connection))
        return; // ended in this very turn
    connection.noteEvent(event.hungUp);
    proceed(connection);
}

void EventLoop::runPosted() {
    postedHere_ = false;
    std::vector<std::function<void()>> posted;
    {
        const std::lock_guard lock(mutex_);
        posted.swap(posted_);
    }
    for (const auto& work : posted)
        work();
}

void EventLoop::runAgain() {
    for (Connection* connection : std::exchange(again_, {}))
        proceed(*connection);
}

// Ends what has run out of time; during a stop, also what is idle, and at its end everything.
void EventLoop::sweep() {
    const auto now = steady_clock::now();
    if (now < nextSweep_)
        return;
    nextSweep_ = now + sweepInterval;
    std::vector<Connection*> expired;
    for (const auto& [connection, owner] : connections_)
        if (isOver(*connection, now))
            expired.push_back(connection);
    for (Connection* connection : expired) {
        if (stopping_)
            remove(*connection);
        else
            proceed(*connection, true);
    }
    count();
    if (memory_.takeSurplus())
        malloc_trim(0); // or it would stay with the process
}

void EventLoop::count() {
    std::array<int, 4> counts{};
    for (const auto& [connection, owner] : connections_)
        ++counts[static_cast<std::size_t>(connection->state())];
    std::ranges::copy(counts, counts_.begin());
    counted_ = !connections_.empty();
}

bool EventLoop::isOver(const Connection& connection, Deadline now) const {
    if (connection.isLate(now, memory_.patience()))
        return true;
    if (closesIdle_ && connection.idle() && connection.quietSince() + farewell <= now)
        return true;
    return stopping_ && !connection.answering();
}

void EventLoop::serve(const Poco::Net::StreamSocket& socket) {
    try {
        auto owner =
            std::make_unique<Connection>(socket, limits_, memory_, dispatcher_, *this, draining_,
                                         [this](Connection& connection) { proceed(connection); });
        poller_.add(socket.impl()->sockfd(), owner.get());
        connections_.emplace(owner.get(), std::move(owner));
    } catch (const Poco::Exception&) {
        open_.remove(); // gone before it was greeted
    } catch (const std::exception& exception) {
        open_.remove();
        logger_.log(LogLevel::error, "connection failed", {{"error", classNameOf(exception)}});
    }
}

void EventLoop::proceed(Connection& connection, bool expired) {
    try {
        settle(connection, expired ? connection.expire() : connection.advance());
    } catch (const std::exception& exception) {
        logger_.log(LogLevel::error, "connection failed", {{"error", classNameOf(exception)}});
        if (!connection.answering())
            remove(connection);
    }
}

void EventLoop::settle(Connection& connection, Connection::Next next) {
    switch (next) {
    case Connection::Next::wait:
        if (stopping_)
            nextSweep_ = {};
        break;
    case Connection::Next::again:
        again_.insert(&connection);
        break;
    case Connection::Next::close:
        remove(connection);
        break;
    }
}

void EventLoop::remove(Connection& connection) {
    again_.erase(&connection);
    connection.close();
    connections_.erase(&connection);
    open_.remove();
}

} // namespace kubecred::http
