#include "IssuanceService.h"

#include <utility>

namespace kubecred::issuance {

IssuanceService::IssuanceService(CredentialWriter& writer, const Clock& clock, std::string workerId,
                                 Metrics& metrics)
    : writer_(writer),
      clock_(clock),
      workerId_(std::move(workerId)),
      issued_(metrics.counter({"kubecred_credentials_issued_total", "Credentials issued."})),
      duplicates_(metrics.counter(
          {"kubecred_credentials_duplicate_total",
           "Requests for a credential with the name, e-mail and type of one issued before."})) {}

Deferred<std::variant<Credential, Duplicate>>
IssuanceService::issue(IssueRequest request, const RequestContext& context) {
    const Timestamp now = clock_.now();
    Credential credential{Uuid::version7(now),
                          std::move(request.name),
                          std::move(request.email),
                          std::move(request.credentialType),
                          std::move(request.metadata),
                          workerId_,
                          now};
    using Result = std::variant<Credential, Duplicate>;
    return writer_.issue(credential, context)
        .then([this, credential](IssueOutcome outcome) -> Result {
            if (auto* duplicate = std::get_if<Duplicate>(&outcome)) {
                duplicates_.add();
                return std::move(*duplicate);
            }
            issued_.add();
            return credential;
        });
}

} // namespace kubecred::issuance
