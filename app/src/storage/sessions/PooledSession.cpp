#include "PooledSession.h"

#include "kubecred/ClassName.h"

#include <exception>
#include <utility>

namespace kubecred::storage {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::milliseconds checkInterval{1000};
constexpr std::chrono::milliseconds openTimeout{1500};
constexpr std::chrono::milliseconds renewalInterval{5000};

} // namespace

PooledSession::PooledSession(const SessionFactory& factory, Role role, CircuitBreaker& breaker,
                             Logger& logger)
    : factory_(factory), role_(role), breaker_(breaker), logger_(logger) {}

PooledSession::~PooledSession() = default;

bool PooledSession::open() {
    nextCheck_ = steady_clock::now() + checkInterval;
    session_ = opened();
    if (!session_)
        return false;
    renewAt_ = session_->retireAt();
    breaker_.sessionOpened();
    return true;
}

void PooledSession::beginProbe(Deadline deadline) {
    nextCheck_ = steady_clock::now() + checkInterval;
    try {
        session_->beginProbe(deadline);
    } catch (const StorageError& error) {
        drop(error.fault());
    } catch (const std::exception&) {
        drop(Fault::refused); // opening a new one shows what is wrong
    }
}

void PooledSession::endProbe(Deadline deadline) {
    if (!session_)
        return;
    try {
        waitForAnswer(*session_, deadline);
    } catch (const StorageError& error) {
        drop(error.fault());
    } catch (const std::exception&) {
        drop(Fault::refused);
    }
}

bool PooledSession::isAged() const noexcept {
    return !successor_ && renewAt_ <= steady_clock::now();
}

void PooledSession::setSuccessor(std::unique_ptr<Session> successor) {
    successor_ = std::move(successor);
    if (!successor_)
        renewAt_ = steady_clock::now() + renewalInterval;
}

void PooledSession::replace() {
    if (!session_)
        breaker_.sessionOpened(); // it was lost meanwhile
    session_ = std::move(successor_);
    nextCheck_ = steady_clock::now() + checkInterval;
    renewAt_ = session_->retireAt();
}

void PooledSession::succeeded() { nextCheck_ = steady_clock::now() + checkInterval; }

void PooledSession::failed(Fault fault) {
    if (!session_->usable())
        drop(fault);
}

// Null where the database gives none.
std::unique_ptr<Session> PooledSession::opened() {
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

// A new one is to be opened at once; but an attempt to connect to a database that does not answer
// would only wait as long again.
void PooledSession::drop(Fault fault) {
    session_.reset();
    nextCheck_ = fault == Fault::timedOut ? steady_clock::now() + checkInterval : Deadline{};
    breaker_.sessionLost(fault);
}

} // namespace kubecred::storage
