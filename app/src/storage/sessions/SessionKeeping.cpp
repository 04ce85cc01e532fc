// What the keeper of a pool does: it opens, probes and replaces sessions, each of which may wait.
#include "SessionPool.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace kubecred::storage {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

// A server that goes silent is noticed within two seconds, also where a session was just to be
// opened, which takes a second and a half.
constexpr milliseconds probeTimeout{800};
constexpr milliseconds probeTimeoutAfterSilence{400};

} // namespace

void SessionPool::keep() {
    Lock lock(mutex_);
    while (!stopping_ || lent_ > 0) {
        const bool wasBusy =
            !stopping_ && (replaceOne(lock) || probeAll(lock) || openOne(lock) || renewOne(lock));
        if (wasBusy)
            continue;
        if (stopping_)
            changed_.wait(lock);
        else
            changed_.wait_until(lock, nextDue());
    }
}

bool SessionPool::replaceOne(Lock& lock) {
    const auto found = std::ranges::find_if(places_, [](const auto& place) {
        return place->hasSuccessor() && place->state != State::lent;
    });
    if (found == places_.end())
        return false;
    PooledSession& place = **found;
    place.state = State::kept;
    lock.unlock();
    place.replace();
    lock.lock();
    place.state = State::free;
    wakeThoseWhoseTurnItIs(lock);
    return true;
}

// All that are due at once: they answer beside each other.
bool SessionPool::probeAll(Lock& lock) {
    const auto now = steady_clock::now();
    std::vector<PooledSession*> due;
    for (const auto& place : places_)
        if (place->state == State::free && place->nextCheck() <= now)
            due.push_back(place.get());
    if (due.empty())
        return false;
    for (PooledSession* place : due)
        place->state = State::kept;
    const auto deadline = now + (isSilent_ ? probeTimeoutAfterSilence : probeTimeout);
    lock.unlock();
    for (PooledSession* place : due)
        place->beginProbe(deadline);
    for (PooledSession* place : due)
        place->endProbe(deadline);
    lock.lock();
    for (PooledSession* place : due)
        place->state = place->session() == nullptr ? State::absent : State::free;
    wake(queue_.size(), lock);
    return true;
}

// One that fails speaks for the others, and so does one that succeeds.
bool SessionPool::openOne(Lock& lock) {
    const auto now = steady_clock::now();
    const auto found = std::ranges::find_if(places_, [&](const auto& place) {
        return place->state == State::absent && place->nextCheck() <= now;
    });
    if (found == places_.end())
        return false;
    PooledSession& place = **found;
    place.state = State::kept;
    lock.unlock();
    const bool isOpen = place.open();
    const auto refusal = breaker_.refusal();
    lock.lock();
    place.state = isOpen ? State::free : State::absent;
    isSilent_ = !isOpen && breaker_.state().lastFault == Fault::timedOut;
    for (const auto& other : places_)
        if (other->state == State::absent)
            other->checkAt(isOpen ? Deadline{} : place.nextCheck());
        else if (other->state == State::free && isSilent_)
            other->checkAt({});
    if (isOpen)
        wakeThoseWhoseTurnItIs(lock);
    else if (refusal)
        wake(queue_.size(), lock);
    return true;
}

// One at a time: the others serve requests meanwhile, and so does this one.
bool SessionPool::renewOne(Lock& lock) {
    const auto found = std::ranges::find_if(places_, [](const auto& place) {
        return (place->state == State::free || place->state == State::lent) && place->isAged();
    });
    if (found == places_.end())
        return false;
    PooledSession& place = **found;
    lock.unlock();
    auto successor = place.openSuccessor();
    lock.lock();
    isSilent_ = !successor && breaker_.state().lastFault == Fault::timedOut;
    for (const auto& other : places_)
        if (!successor && other->state == State::free)
            other->checkAt({});
    place.setSuccessor(std::move(successor));
    return true;
}

Deadline SessionPool::nextDue() const {
    Deadline earliest = Deadline::max();
    for (const auto& place : places_) {
        if (place->state == State::free)
            earliest = std::min({earliest, place->nextCheck(), place->renewAt()});
        else if (place->state == State::absent)
            earliest = std::min(earliest, place->nextCheck());
    }
    return earliest;
}

} // namespace kubecred::storage
