#pragma once

#include "kubecred/Clock.h"
#include "kubecred/Deferred.h"
#include "kubecred/RequestContext.h"
#include "kubecred/domain/Credential.h"

#include <memory>
#include <optional>

namespace kubecred {

/// A question for a credential.
struct LookUp {
    Uuid id;
    bool confirms = false; ///< the database is to be asked, whatever memory holds
};

/// A credential that was found.
struct FoundCredential {
    std::shared_ptr<const Credential> credential; ///< never null

    /// Where the database could not be asked now: when it last confirmed the credential.
    std::optional<Timestamp> asOf = {};

    /// What the answer stands on, and so what an id that nobody knows would have got.
    enum class Basis {
        database, ///< it was asked: nothing
        memory,   ///< nobody was asked: that is not known
        outage,   ///< it could not be asked: Error (unavailable)
    };
    Basis basis = Basis::database;
};

/// Looks credentials up. The port that verification stands on; a database, a cache or a peer
/// service may be behind it. Safe to call from several threads at once.
class CredentialReader {
public:
    virtual ~CredentialReader() = default;

    /// The credential with this id, or nothing where there is none.
    /// Fails with Error (unavailable) where that cannot be told by the deadline of `context`. Both
    /// references must stay until the operation has ended.
    virtual Deferred<std::optional<FoundCredential>> find(const LookUp& lookUp,
                                                          const RequestContext& context) = 0;
};

} // namespace kubecred
