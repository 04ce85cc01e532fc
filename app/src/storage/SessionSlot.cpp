#include "SessionSlot.h"

#include "kubecred/ClassName.h"

#include <exception>

namespace kubecred::storage {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::milliseconds checkInterval{1000};
constexpr std::chrono::milliseconds probeTimeout{800};
constexpr std::chrono::milliseconds openTimeout{1500};

} // namespace

SessionSlot::SessionSlot(const SessionFactory& factory, Role role, CircuitBreaker& breaker,
                         Logger& logger)
    : factory_(factory), role_(role), breaker_(breaker), logger_(logger) {}

SessionSlot::~SessionSlot() = default;

void SessionSlot::check() {
    nextCheck_ = steady_clock::now() + checkInterval;
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
    open();
}

void SessionSlot::succeeded() { nextCheck_ = steady_clock::now() + checkInterval; }

void SessionSlot::failed(Fault fault) {
    if (session_->usable())
        return;
    drop(fault);
    if (fault != Fault::timedOut)
        nextCheck_ = {};
}

void SessionSlot::open() {
    try {
        session_ = factory_(role_, steady_clock::now() + openTimeout);
        breaker_.sessionOpened();
    } catch (const StorageError& error) {
        breaker_.openingFailed(error.fault());
    } catch (const std::exception& exception) {
        logger_.log(LogLevel::error, "opening a database session failed",
                    {{"error", classNameOf(exception)}});
        breaker_.openingFailed(Fault::refused);
    }
}

void SessionSlot::drop(Fault fault) {
    session_.reset();
    breaker_.sessionLost(fault);
}

} // namespace kubecred::storage
