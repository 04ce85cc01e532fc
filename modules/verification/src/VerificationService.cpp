#include "VerificationService.h"

#include "kubecred/Error.h"

#include <utility>

namespace kubecred::verification {
namespace {

using Basis = FoundCredential::Basis;

bool fits(const std::optional<std::string>& given, const std::string& stored) {
    return !given || *given == stored;
}

bool fits(const VerifyRequest& request, const Credential& credential) {
    return fits(request.name, credential.name) && fits(request.email, credential.email);
}

// Whether what was found, and stands on that, does not fit.
bool mismatches(const VerifyRequest& request, const std::optional<FoundCredential>& found,
                Basis basis) {
    return found && found->basis == basis && !fits(request, *found->credential);
}

} // namespace

VerificationService::VerificationService(CredentialReader& reader, Metrics& metrics)
    : reader_(reader),
      verified_(metrics.counter(
          {"kubecred_credentials_verified_total", "Verifications of a genuine credential."})),
      refused_(metrics.counter({"kubecred_credentials_refused_total",
                                "Verifications of an unknown id or of data that does not fit."})) {}

// A mismatch with what memory alone holds is confirmed: no refusal stands on memory, or it would
// tell by its mere coming, while the database is away, that the id is genuine.
Deferred<std::optional<FoundCredential>>
VerificationService::verify(VerifyRequest request, const RequestContext& context) {
    LookUp lookUp{request.id};
    auto found = co_await reader_.find(lookUp, context);
    if (mismatches(request, found, Basis::memory)) {
        lookUp.confirms = true;
        found = co_await reader_.find(lookUp, context);
    }
    if (mismatches(request, found, Basis::outage))
        throw Error::unavailable("mismatch, not to be confirmed now");
    const bool genuine = found && fits(request, *found->credential);
    (genuine ? verified_ : refused_).add();
    co_return genuine ? found : std::nullopt;
}

} // namespace kubecred::verification
