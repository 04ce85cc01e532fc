#include "SessionPool.h"

#include "kubecred/ClassName.h"

#include <algorithm>
#include <cassert>
#include <chrono>
#include <string>
#include <utility>

namespace kubecred::storage {
namespace {

using std::chrono::steady_clock;

constexpr std::ptrdiff_t mostWaiting = 1024;

PooledSession::State stateOf(const std::unique_ptr<PooledSession>& place) noexcept {
    return place->state;
}

} // namespace

SessionPool::SessionPool(SessionFactory factory, Role role, std::size_t size,
                         CircuitBreaker& breaker, Logger& logger, Metrics& metrics)
    : factory_(std::move(factory)),
      size_(size),
      role_(role),
      breaker_(breaker),
      logger_(logger),
      metrics_(metrics, std::string(breaker.name()), [this] { return figures(); }) {}

void SessionPool::start() {
    const std::lock_guard lock(mutex_);
    for (std::size_t i = 0; i < size_; ++i)
        places_.push_back(std::make_unique<PooledSession>(factory_, role_, breaker_, logger_));
    keeper_.add([this] { keep(); });
}

void SessionPool::beginToStop() {
    Lock lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
    wake(queue_.size(), lock);
}

bool SessionPool::stop(Deadline deadline) {
    beginToStop();
    const bool isOver = keeper_.join(deadline);
    if (isOver)
        places_.clear();
    return isOver;
}

std::optional<Fault> SessionPool::refusal() const {
    {
        const std::lock_guard lock(mutex_);
        if (stopping_)
            return Fault::stopping;
    }
    return breaker_.refusal();
}

std::optional<Fault> SessionPool::refusalToWait() const {
    return waiting_ >= mostWaiting ? std::optional(Fault::overloaded) : std::nullopt;
}

// The first one, so that few of them do most.
std::optional<Lease> SessionPool::lend(Borrower& borrower) {
    const std::lock_guard lock(mutex_);
    const auto standing = std::ranges::find(queue_, &borrower);
    const bool isTurn =
        standing - queue_.begin() < std::ranges::count(places_, State::free, stateOf);
    if (stopping_ || !isTurn) {
        if (standing == queue_.end())
            queue_.push_back(&borrower);
        return std::nullopt;
    }
    if (standing != queue_.end())
        queue_.erase(standing);
    PooledSession& place = **std::ranges::find(places_, State::free, stateOf);
    place.state = State::lent;
    ++lent_;
    return Lease(*this, place, steady_clock::now());
}

bool SessionPool::forget(const Borrower& borrower) {
    const std::lock_guard lock(mutex_);
    return std::erase(queue_, &borrower) > 0;
}

void SessionPool::wakeThoseWhoseTurnItIs() {
    Lock lock(mutex_);
    wakeThoseWhoseTurnItIs(lock);
}

std::optional<Fault> SessionPool::takeBack(PooledSession& place,
                                           const std::exception_ptr& failure) {
    const auto fault = settle(place, failure);
    const bool isDown = fault && breaker_.refusal();
    Lock lock(mutex_);
    --lent_;
    assert(place.state == State::lent);
    place.state = place.session() == nullptr ? State::absent : State::free;
    const bool concernsKeeper =
        stopping_ || place.state == State::absent || place.hasSuccessor() || place.isAged();
    if (place.hasSuccessor())
        place.state = State::kept; // or it would be lent again at once
    if (concernsKeeper)
        changed_.notify_all();
    if (isDown)
        wake(queue_.size(), lock);
    else
        wakeThoseWhoseTurnItIs(lock);
    return fault;
}

std::optional<Fault> SessionPool::settle(PooledSession& place, const std::exception_ptr& failure) {
    if (!failure) {
        place.succeeded();
        return std::nullopt;
    }
    try {
        std::rethrow_exception(failure);
    } catch (const StorageError& error) {
        place.failed(error.fault());
        return error.fault();
    } catch (const std::exception& exception) {
        logger_.log(LogLevel::error, "a database session failed",
                    {{"error", classNameOf(exception)}});
        place.failed(Fault::refused);
        return Fault::refused;
    }
}

PoolFigures SessionPool::figures() const {
    const std::lock_guard lock(mutex_);
    return {static_cast<std::size_t>(std::max<std::ptrdiff_t>(waiting_, 0)), lent_,
            breaker_.sessions(), breaker_.refusal().has_value()};
}

void SessionPool::wakeThoseWhoseTurnItIs(Lock& lock) {
    wake(static_cast<std::size_t>(std::ranges::count(places_, State::free, stateOf)), lock);
}

// Outside the lock: who is woken may call the pool.
void SessionPool::wake(std::size_t most, Lock& lock) {
    const auto count = static_cast<std::ptrdiff_t>(std::min(most, queue_.size()));
    const std::vector<Borrower*> woken(queue_.begin(), queue_.begin() + count);
    lock.unlock();
    for (Borrower* borrower : woken)
        borrower->wake();
    lock.lock();
}

} // namespace kubecred::storage
