#pragma once

#include "Parameters.h"
#include "Rows.h"
#include "Statement.h"
#include "kubecred/Clock.h"
#include "storage/Fault.h"

#include <functional>
#include <memory>
#include <optional>

namespace kubecred::storage {

/// What a session is for: one that reads needs no privilege to write.
enum class Role { reading, writing };

/// One connection to a database, its statements prepared, for which nobody has to wait: a
/// statement is begun, and gone on with whenever the descriptor is ready. Used by one thread at a
/// time. Every call but `usable` may throw StorageError.
class Session {
public:
    virtual ~Session() = default;

    /// Sends the statement, or a part of it, and keeps what it needs of the parameters. The rows of
    /// a batch are worked on in their order, in one durable commit: all, or none where this or
    /// `proceed` throws; after the loss of the connection that is in doubt. The session's role has
    /// to be the one whose folder the statement is in, and no other may be under way. `deadline`:
    /// until when it is worth waiting for others who hold a lock.
    virtual void begin(const Statement& statement, const Parameters& parameters,
                       Deadline deadline) = 0;

    /// As `begin`: asks the database whether it would do what the role needs. Where it would not,
    /// `proceed` throws.
    virtual void beginProbe(Deadline deadline) = 0;

    /// Call `proceed` once this descriptor is ready for one of these events, those of poll(2).
    virtual int descriptor() const noexcept = 0;
    virtual short events() const noexcept = 0;

    /// The answer, once it is complete.
    virtual std::optional<Result> proceed() = 0;

    /// When another session should take its place: the name that it was opened by may mean another
    /// server by then.
    virtual Deadline retireAt() const noexcept { return Deadline::max(); }

    /// False while a statement is under way, and once the connection is lost or its state unknown:
    /// the session must then be dropped.
    virtual bool usable() const noexcept = 0;
};

/// Opens a session that a probe has found good, or throws StorageError.
using SessionFactory = std::function<std::unique_ptr<Session>(Role, Deadline)>;

/// Waits for the answer to what was begun, on a thread that may. Throws StorageError (timed out)
/// once the deadline has passed; the session is not usable any more then.
Result waitForAnswer(Session& session, Deadline deadline);

} // namespace kubecred::storage
