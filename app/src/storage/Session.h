#pragma once

#include "Fault.h"
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

using Credentials = std::span<const Credential* const>;

/// What there is under an id.
struct Match {
    std::optional<Credential> credential;
    bool isTooLarge = false; ///< there is one, but it has to be asked for by itself
};

/// Metadata beyond so many bytes does not travel beside others: a batch of credentials takes a few
/// megabytes at most.
inline constexpr std::size_t mostBytesBesideOthers = 16384;

// The answers of a batch stand in the order of its questions.
using Same = std::vector<std::optional<Duplicate>>; ///< the credentials with the same key
using Found = std::vector<Match>;

/// Nothing for a credential that was not recorded: what it lost against is to be asked for then.
using Inserted = std::vector<std::optional<IssueOutcome>>;

/// An answer that is on its way while nobody waits for it. Used by one thread at a time.
template <typename Answer>
class Pending {
public:
    virtual ~Pending() = default;

    /// Call `proceed` once this socket is ready for one of these events, those of poll(2).
    virtual int socket() const noexcept = 0;
    virtual short events() const noexcept = 0;

    /// The answer, once it is complete. Throws StorageError.
    virtual std::optional<Answer> proceed() = 0;
};

/// One connection to a database, its statements prepared. Used by one thread at a time.
/// Every call but `usable` throws StorageError, by the deadline or shortly after it.
class Session {
public:
    virtual ~Session() = default;

    /// Records in one durable commit, in the order given, each credential whose name, e-mail and
    /// type are not there yet. All or, where it throws, none; after the loss of the connection
    /// that is in doubt.
    virtual Inserted insert(Credentials credentials, Deadline deadline) = 0;

    /// The credentials with the same name, e-mail and type, as durable as commits of this session.
    virtual Same findSame(Credentials credentials, Deadline deadline) = 0;

    /// What is asked for alone is never too large.
    virtual Found findById(std::span<const Uuid> ids, Deadline deadline) = 0;

    /// Whether the next three may be called: a database that is a file answers within the call.
    virtual bool isAsynchronous() const noexcept { return false; }

    /// As those above, without waiting. This session must outlive what they return, and be asked
    /// for nothing else meanwhile; where that is given up, the session is not usable any more.
    virtual std::unique_ptr<Pending<Inserted>> beginInsert(Credentials /*credentials*/) {
        throw StorageError(Fault::refused);
    }
    virtual std::unique_ptr<Pending<Same>> beginFindSame(Credentials /*credentials*/) {
        throw StorageError(Fault::refused);
    }
    virtual std::unique_ptr<Pending<Found>> beginFindById(std::span<const Uuid> /*ids*/) {
        throw StorageError(Fault::refused);
    }

    /// Asks the database whether it would do what the role needs.
    virtual void probe(Deadline deadline) = 0;

    /// False once the connection is lost or its state unknown: it must then be dropped.
    virtual bool usable() const noexcept = 0;
};

/// Opens a session whose `probe` succeeds, or throws StorageError.
using SessionFactory = std::function<std::unique_ptr<Session>(Role, Deadline)>;

} // namespace kubecred::storage
