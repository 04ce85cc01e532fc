#include "SessionSlot.h"

#include "kubecred/ClassName.h"

#include <algorithm>
#include <exception>
#include <utility>

namespace kubecred::storage {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::milliseconds checkInterval{1000};
constexpr std::chrono::milliseconds probeTimeout{800};
constexpr std::chrono::milliseconds openTimeout{1500};
constexpr std::chrono::milliseconds renewalInterval{5000};

} // namespace

SessionSlot::SessionSlot(const SessionFactory& factory, Role role, CircuitBreaker& breaker,
                         Logger& logger)
    : factory_(factory), role_(role), breaker_(breaker), logger_(logger) {}

SessionSlot::~SessionSlot() = default;

void SessionSlot::check() {
    nextCheck_ = steady_clock::now() + checkInterval;
    mustProbe_ = false;
    if (session_) {
        try {
            session_->probe(steady_clock::now() + probeTimeout);
            return;
        } catch (const StorageError& error) {
            drop(error.fault());
            if (error.fault() == Fault::timedOut)
                return; // an attempt to connect would only wait as long again
        } catch (const std::exception&) {
            drop(Fault::refused); // opening a new one shows what is wrong
        }
    }
    session_ = opened();
    if (session_)
        breaker_.sessionOpened();
}

bool SessionSlot::isAged() const noexcept {
    return session_ && std::max(session_->retireAt(), nextRenewal_) <= steady_clock::now();
}

void SessionSlot::openSuccessor() {
    successor_ = opened();
    mustProbe_ = !successor_;
    if (!successor_)
        nextRenewal_ = steady_clock::now() + renewalInterval;
}

void SessionSlot::replace() {
    if (!session_)
        breaker_.sessionOpened(); // it was lost meanwhile
    session_ = std::move(successor_);
    nextCheck_ = steady_clock::now() + checkInterval;
}

void SessionSlot::succeeded() { nextCheck_ = steady_clock::now() + checkInterval; }

void SessionSlot::failed(Fault fault) {
    if (session_->usable())
        return;
    drop(fault);
    if (fault != Fault::timedOut)
        nextCheck_ = {};
}

// Null where the database gives none.
std::unique_ptr<Session> SessionSlot::opened() {
    try {
        return factory_(role_, steady_clock::now() + openTimeout);
    } catch (const StorageError& error) {
        // A request that comes meanwhile has no value that could be refused.
        const bool isAboutValue = error.fault() == Fault::valueRefused;
        breaker_.openingFailed(isAboutValue ? Fault::refused : error.fault());
    } catch (const std::exception& exception) {
        logger_.log(LogLevel::error, "opening a database session failed",
                    {{"error", classNameOf(exception)}});
        breaker_.openingFailed(Fault::refused);
    }
    return nullptr;
}

void SessionSlot::drop(Fault fault) {
    session_.reset();
    breaker_.sessionLost(fault);
}

} // namespace kubecred::storage
