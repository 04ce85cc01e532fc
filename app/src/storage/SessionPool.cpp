#include "SessionPool.h"

#include <exception>
#include <typeinfo>
#include <utility>

namespace kubecred::storage {
namespace {

using std::chrono::steady_clock;

constexpr std::chrono::milliseconds probeInterval{1000};
constexpr std::chrono::milliseconds probeTimeout{800};
constexpr std::chrono::milliseconds openTimeout{1500};

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

SessionPool::Lease::Lease(SessionPool& pool, std::unique_ptr<Session> session) noexcept
    : pool_(pool), session_(std::move(session)) {}

SessionPool::Lease::~Lease() { pool_.release(std::move(session_)); }

SessionPool::SessionPool(SessionFactory factory, std::size_t size, Logger& logger,
                         const Clock& clock)
    : factory_(std::move(factory)), size_(size), logger_(logger), clock_(clock) {
    state_.since = clock.now();
    idle_.reserve(size);
}

SessionPool::~SessionPool() { stop(); }

void SessionPool::start() {
    keeper_ = std::thread([this] { keep(); });
}

void SessionPool::stop() {
    std::vector<std::unique_ptr<Session>> closing;
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        closing.swap(idle_);
    }
    wanted_.notify_all();
    returned_.notify_all();
    if (keeper_.joinable())
        keeper_.join();
}

SessionPool::Lease SessionPool::acquire(Deadline deadline) {
    std::unique_lock lock(mutex_);
    ++waiting_;
    if (wantsSession())
        wanted_.notify_one();
    const auto settled = [this] {
        return !idle_.empty() || stopping_ || state_.kind == DatabaseState::Kind::down;
    };
    const bool inTime = returned_.wait_until(lock, deadline, settled);
    --waiting_;
    if (stopping_)
        throw StorageError(Fault::stopping);
    if (!inTime)
        throw StorageError(Fault::timedOut);
    if (idle_.empty())
        throw StorageError(state_.lastFault.value_or(Fault::unreachable));
    auto session = std::move(idle_.back()); // the one used last: its caches are warm
    idle_.pop_back();
    return {*this, std::move(session)};
}

DatabaseState SessionPool::state() const {
    const std::lock_guard lock(mutex_);
    return state_;
}

void SessionPool::keep() {
    std::unique_lock lock(mutex_);
    while (!stopping_) {
        const bool woken =
            wanted_.wait_until(lock, nextProbe_, [this] { return stopping_ || wantsSession(); });
        if (stopping_)
            return;
        if (woken) {
            open(lock);
            continue;
        }
        nextProbe_ = steady_clock::now() + probeInterval;
        backingOff_ = false;
        if (!idle_.empty())
            probeIdle(lock);
        else if (open_ < size_)
            open(lock);
    }
}

// After a failed attempt only the probe, once an interval, may try to connect.
bool SessionPool::wantsSession() const {
    return waiting_ > idle_.size() && open_ < size_ && !backingOff_;
}

void SessionPool::probeIdle(std::unique_lock<std::mutex>& lock) {
    auto session = std::move(idle_.front()); // the one that has been idle longest
    idle_.erase(idle_.begin());
    lock.unlock();
    bool silent = false;
    try {
        session->probe(steady_clock::now() + probeTimeout);
    } catch (const StorageError& error) {
        silent = error.fault() == Fault::timedOut;
        session.reset();
    } catch (const std::exception&) {
        session.reset(); // opening a new one shows what is wrong
    }
    lock.lock();
    if (session && !stopping_) {
        idle_.insert(idle_.begin(), std::move(session));
        becomeUp();
        returned_.notify_one();
        return;
    }
    std::vector<std::unique_ptr<Session>> suspects;
    suspects.swap(idle_);
    open_ -= 1 + suspects.size();
    lock.unlock();
    suspects.clear();
    lock.lock();
    if (stopping_)
        return;
    if (silent)
        becomeDown(Fault::timedOut); // another attempt would only wait as long again
    else
        open(lock); // shows what is wrong, or that it was this session only
}

void SessionPool::open(std::unique_lock<std::mutex>& lock) {
    ++open_;
    lock.unlock();
    std::unique_ptr<Session> session;
    Fault fault = Fault::refused;
    try {
        session = factory_(steady_clock::now() + openTimeout);
    } catch (const StorageError& error) {
        fault = error.fault();
    } catch (const std::exception& exception) {
        logger_.log(LogLevel::error, "opening a database session failed",
                    {{"error", std::string_view(typeid(exception).name())}});
    }
    lock.lock();
    if (session && !stopping_) {
        idle_.push_back(std::move(session));
        becomeUp();
        returned_.notify_one();
        return;
    }
    --open_;
    if (stopping_)
        return;
    backingOff_ = true;
    if (open_ == 0)
        becomeDown(fault);
    else
        state_.lastFault = fault; // the database is there but gives no more: waiters share
}

void SessionPool::release(std::unique_ptr<Session> session) noexcept {
    std::unique_ptr<Session> dropped;
    {
        const std::lock_guard lock(mutex_);
        if (session->usable() && !stopping_) {
            idle_.push_back(std::move(session));
        } else {
            dropped = std::move(session);
            --open_;
            nextProbe_ = {}; // look at once whether the database is still there
            if (dropped->silent() && !stopping_)
                becomeDown(Fault::timedOut); // who waits for a session need not wait as long
        }
    }
    if (dropped)
        wanted_.notify_one();
    else
        returned_.notify_one();
}

void SessionPool::becomeUp() {
    if (state_.kind == DatabaseState::Kind::up)
        return;
    state_.kind = DatabaseState::Kind::up;
    state_.since = clock_.now();
    logger_.log(LogLevel::info, "database is up");
}

void SessionPool::becomeDown(Fault fault) {
    const bool isNew =
        state_.kind != DatabaseState::Kind::down || state_.lastFault.value_or(fault) != fault;
    if (state_.kind != DatabaseState::Kind::down)
        state_.since = clock_.now();
    state_.kind = DatabaseState::Kind::down;
    state_.lastFault = fault;
    returned_.notify_all();
    if (!isNew)
        return;
    logger_.log(LogLevel::warn, adviceFor(fault), {{"error", nameOf(fault)}});
}

} // namespace kubecred::storage
