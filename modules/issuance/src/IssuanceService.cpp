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
    Credential credential{.id = Uuid::version7(now),
                          .name = std::move(request.name),
                          .email = std::move(request.email),
                          .credentialType = std::move(request.credentialType),
                          .metadata = std::move(request.metadata),
                          .issuedBy = workerId_,
                          .issuedAt = now};
    auto outcome = co_await writer_.issue(credential, context);
    if (auto* duplicate = std::get_if<Duplicate>(&outcome)) {
        duplicates_.add();
        co_return std::move(*duplicate);
    }
    issued_.add();
    co_return std::move(credential);
}

} // namespace kubecred::issuance
