#pragma once

#include "SqliteConnection.h"
#include "kubecred/Threads.h"
#include "storage/sessions/Rows.h"

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <variant>

namespace kubecred::storage {

/// A thread that does with a SQLite file what it is told, one task after the other, and tells by a
/// descriptor when it has: SQLite answers within a call, which may wait for a lock or a disk. Where
/// nobody waits for it any more, the thread is left to itself, and ends when it can.
class SqliteWorker {
public:
    using Task = std::function<Result(SqliteConnection&)>;

    /// Begins to open the file. The thread is one of `threads`.
    SqliteWorker(const std::string& path, Deadline deadline, Threads& threads);
    ~SqliteWorker();
    SqliteWorker(const SqliteWorker&) = delete;
    SqliteWorker& operator=(const SqliteWorker&) = delete;

    /// Begins a task; none may be under way.
    void begin(Task task);

    /// Readable once a task is done.
    int descriptor() const noexcept;

    /// What came of the task, once it is done. Throws StorageError.
    std::optional<Result> proceed();

    /// False while a task is under way, and once the connection is lost.
    bool usable() const noexcept;

private:
    struct State;

    static void run(State& state);

    std::shared_ptr<State> state_; // with the thread
};

} // namespace kubecred::storage
