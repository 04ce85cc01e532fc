#pragma once

#include "kubecred/Clock.h"
#include "kubecred/Deferred.h"
#include "kubecred/RequestContext.h"
#include "kubecred/domain/Credential.h"

#include <string>
#include <variant>

namespace kubecred {

/// The credential was recorded, durably, and is the only one with its name, e-mail and type.
struct Issued {};

/// Name, e-mail and type were issued before, as this credential.
struct Duplicate {
    Uuid id;
    std::string issuedBy;
    Timestamp issuedAt;
};

using IssueOutcome = std::variant<Issued, Duplicate>;

/// Records credentials, each exactly once. The port that issuance stands on.
/// Safe to call from several threads at once.
class CredentialWriter {
public:
    virtual ~CredentialWriter() = default;

    /// Of any number of simultaneous calls with the same name, e-mail and type exactly one
    /// yields Issued; every other one yields Duplicate with the id of that one.
    /// Fails with Error (unavailable) where neither is certain by the deadline of `context`: the
    /// credential may then have been recorded all the same, and asking again settles it. Both
    /// references must stay until the operation has ended.
    virtual Deferred<IssueOutcome> issue(const Credential& credential,
                                         const RequestContext& context) = 0;
};

} // namespace kubecred
