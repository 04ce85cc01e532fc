#pragma once

#include "kubecred/Clock.h"
#include "kubecred/Deferred.h"
#include "kubecred/Metrics.h"
#include "kubecred/domain/Credential.h"
#include "kubecred/domain/CredentialWriter.h"

#include <string>
#include <variant>

namespace kubecred::issuance {

/// What a caller asks for, valid by the rules of IssueHandler.
struct IssueRequest {
    std::string name;
    std::string email;
    std::string credentialType;
    std::string metadata; ///< a JSON object as text
};

/// Issues credentials, each exactly once. Safe to call from several threads at once.
class IssuanceService {
public:
    /// The references must outlive this object.
    IssuanceService(CredentialWriter& writer, const Clock& clock, std::string workerId,
                    Metrics& metrics);

    /// The new credential, or the one that was issued before. Fails with Error (unavailable).
    Deferred<std::variant<Credential, Duplicate>> issue(IssueRequest request,
                                                        const RequestContext& context);

    const std::string& workerId() const noexcept { return workerId_; }

private:
    CredentialWriter& writer_;
    const Clock& clock_;
    const std::string workerId_;
    Counter& issued_;
    Counter& duplicates_;
};

} // namespace kubecred::issuance
