#include "SqliteWorker.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cassert>
#include <exception>
#include <utility>

namespace kubecred::storage {

struct SqliteWorker::State {
    State(std::string pathIn, Deadline deadlineIn) : path(std::move(pathIn)), deadline(deadlineIn) {
        if (done < 0)
            throw StorageError(Fault::unreachable, "no descriptor is left");
    }
    ~State() { ::close(done); }
    State(const State&) = delete;
    State& operator=(const State&) = delete;

    const std::string path;
    const Deadline deadline; // for opening it
    const int done = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

    std::mutex mutex; // guards everything below
    std::condition_variable changed;
    Task task; // empty once it is done
    std::optional<std::variant<Result, std::exception_ptr>> outcome;
    bool isUsable = true;
    bool isOver = false; // nobody waits any more
};

namespace {

using Outcome = std::variant<Result, std::exception_ptr>;

} // namespace

SqliteWorker::SqliteWorker(const std::string& path, Deadline deadline, Threads& threads)
    : state_(std::make_shared<State>(path, deadline)) {
    threads.add([state = state_] { run(*state); });
}

SqliteWorker::~SqliteWorker() {
    const std::lock_guard lock(state_->mutex);
    state_->isOver = true;
    state_->changed.notify_all();
}

int SqliteWorker::descriptor() const noexcept { return state_->done; }

void SqliteWorker::begin(Task task) {
    const std::lock_guard lock(state_->mutex);
    assert(!state_->task);
    state_->outcome.reset();
    state_->task = std::move(task);
    state_->changed.notify_all();
}

std::optional<Result> SqliteWorker::proceed() {
    eventfd_t ignored = 0;
    eventfd_read(state_->done, &ignored);
    const std::lock_guard lock(state_->mutex);
    if (!state_->outcome)
        return std::nullopt;
    auto outcome = *std::exchange(state_->outcome, std::nullopt);
    if (const auto* failure = std::get_if<std::exception_ptr>(&outcome))
        std::rethrow_exception(*failure);
    return std::get<Result>(std::move(outcome));
}

bool SqliteWorker::usable() const noexcept {
    const std::lock_guard lock(state_->mutex);
    return state_->isUsable && !state_->task;
}

void SqliteWorker::run(State& state) {
    std::optional<SqliteConnection> connection;
    std::unique_lock lock(state.mutex);
    for (;;) {
        state.changed.wait(lock, [&] { return state.isOver || state.task; });
        if (state.isOver)
            return;
        const Task& task = state.task; // stays until it is done
        lock.unlock();
        std::optional<Outcome> outcome;
        try {
            if (!connection)
                connection.emplace(state.path, state.deadline);
            outcome = task(*connection);
        } catch (...) {
            outcome = std::current_exception();
        }
        lock.lock();
        state.isUsable = connection && connection->usable();
        state.outcome = std::move(outcome);
        state.task = nullptr;
        eventfd_write(state.done, 1);
    }
}

} // namespace kubecred::storage
