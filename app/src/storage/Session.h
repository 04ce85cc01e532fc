#pragma once

#include "kubecred/Clock.h"
#include "kubecred/domain/Credential.h"
#include "kubecred/domain/CredentialWriter.h"

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace kubecred::storage {

/// What a session is for: one that reads needs no privilege to write.
enum class Role { reading, writing };

/// One connection to a database, its statements prepared. Used by one thread at a time.
/// Every call but `usable` throws StorageError, by the deadline or shortly after it. The answers
/// of a batch stand in the order of its questions.
class Session {
public:
    virtual ~Session() = default;

    /// Records in one durable commit, in the order given, each credential whose name, e-mail and
    /// type are not there yet; tells of each whether it was recorded. All or, where it throws,
    /// none; after the loss of the connection that is in doubt.
    virtual std::vector<bool> insert(std::span<const Credential* const> credentials,
                                     Deadline deadline) = 0;

    /// The credentials with the same name, e-mail and type, as durable as commits of this session.
    virtual std::vector<std::optional<Duplicate>>
    findSame(std::span<const Credential* const> credentials, Deadline deadline) = 0;

    virtual std::vector<std::optional<Credential>> findById(std::span<const Uuid> ids,
                                                            Deadline deadline) = 0;

    /// Asks the database whether it would do what the role needs.
    virtual void probe(Deadline deadline) = 0;

    /// False once the connection is lost or its state unknown: it must then be dropped.
    virtual bool usable() const noexcept = 0;
};

/// Opens a session whose `probe` succeeds, or throws StorageError.
using SessionFactory = std::function<std::unique_ptr<Session>(Role, Deadline)>;

} // namespace kubecred::storage
