#pragma once

#include "kubecred/Clock.h"
#include "kubecred/domain/Credential.h"
#include "kubecred/domain/CredentialWriter.h"

#include <functional>
#include <memory>
#include <optional>

namespace kubecred::storage {

/// One connection to a database, its statements prepared. Used by one thread at a time.
/// Every call but `usable` throws StorageError, by the deadline or shortly after it.
class Session {
public:
    virtual ~Session() = default;

    /// Records the credential, durably, unless one with its name, e-mail and type is there.
    virtual bool insert(const Credential& credential, Deadline deadline) = 0;

    /// The credential with the same name, e-mail and type.
    virtual std::optional<Duplicate> findSame(const Credential& credential, Deadline deadline) = 0;

    virtual std::optional<Credential> findById(const Uuid& id, Deadline deadline) = 0;

    /// Asks the database for a sign of life and for the table of credentials.
    virtual void probe(Deadline deadline) = 0;

    /// False once the connection is lost or its state unknown: it must then be dropped.
    virtual bool usable() const noexcept = 0;

    /// The last call got no answer by its deadline, as from a database that hangs.
    virtual bool silent() const noexcept { return false; }
};

/// Opens a session whose `probe` succeeds, or throws StorageError.
using SessionFactory = std::function<std::unique_ptr<Session>(Deadline)>;

} // namespace kubecred::storage
