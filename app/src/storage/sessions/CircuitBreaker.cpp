#include "CircuitBreaker.h"

namespace kubecred::storage {
namespace {

std::string_view adviceFor(Fault fault) noexcept {
    switch (fault) {
    case Fault::schemaMissing:
        return "database has no schema: run kube-credential --config=FILE --migrate";
    case Fault::permissionDenied:
        return "database grants too little: put the login into the group role "
               "kube_credential_issuance or kube_credential_verification";
    default:
        return "database is down; trying again every second";
    }
}

} // namespace

std::string_view nameOf(DatabaseState::Kind kind) noexcept {
    switch (kind) {
    case DatabaseState::Kind::up:
        return "up";
    case DatabaseState::Kind::down:
        return "down";
    case DatabaseState::Kind::starting:
        break;
    }
    return "starting";
}

CircuitBreaker::CircuitBreaker(std::string_view name, Logger& logger, const Clock& clock)
    : name_(name), logger_(logger), clock_(clock) {
    state_.since = clock.now();
}

void CircuitBreaker::sessionOpened() {
    std::unique_lock lock(mutex_);
    ++sessions_;
    if (state_.kind == DatabaseState::Kind::up)
        return;
    state_.kind = DatabaseState::Kind::up;
    state_.since = clock_.now();
    lock.unlock();
    logger_.log(LogLevel::info, "database is up", {{"breaker", name_}});
}

void CircuitBreaker::sessionLost(Fault fault) {
    std::unique_lock lock(mutex_);
    --sessions_;
    // A database that does not answer would let the attempt to connect wait as long again.
    if (sessions_ == 0 && fault == Fault::timedOut)
        open(lock, fault);
    else
        state_.lastFault = fault;
}

void CircuitBreaker::openingFailed(Fault fault) {
    std::unique_lock lock(mutex_);
    if (sessions_ == 0)
        open(lock, fault);
    else
        state_.lastFault = fault; // the database is there but gives no more sessions
}

void CircuitBreaker::open(std::unique_lock<std::mutex>& lock, Fault fault) {
    const bool wasDown = state_.kind == DatabaseState::Kind::down;
    const bool isNew = !wasDown || state_.lastFault != fault;
    if (!wasDown)
        state_.since = clock_.now();
    state_.kind = DatabaseState::Kind::down;
    state_.lastFault = fault;
    lock.unlock();
    if (isNew)
        logger_.log(LogLevel::warn, adviceFor(fault),
                    {{"breaker", name_}, {"error", nameOf(fault)}});
}

DatabaseState CircuitBreaker::state() const {
    const std::lock_guard lock(mutex_);
    return state_;
}

std::size_t CircuitBreaker::sessions() const {
    const std::lock_guard lock(mutex_);
    return sessions_;
}

std::optional<Fault> CircuitBreaker::refusal() const {
    const std::lock_guard lock(mutex_);
    if (state_.kind != DatabaseState::Kind::down)
        return std::nullopt;
    return state_.lastFault;
}

} // namespace kubecred::storage
