#include "VerificationService.h"

#include <utility>

namespace kubecred::verification {
namespace {

bool fits(const std::optional<std::string>& given, const std::string& stored) {
    return !given || *given == stored;
}

} // namespace

VerificationService::VerificationService(CredentialReader& reader,
                                         const VerificationSettings& settings, Metrics& metrics)
    : reader_(reader),
      settings_(settings),
      verified_(metrics.counter(
          {"kubecred_credentials_verified_total", "Verifications of a genuine credential."})),
      refused_(metrics.counter({"kubecred_credentials_refused_total",
                                "Verifications of an unknown id or of data that does not fit."})) {}

Deferred<std::optional<FoundCredential>> VerificationService::verify(VerifyRequest request,
                                                                     const Trace& trace) {
    const auto deadline = std::chrono::steady_clock::now() + settings_.timeout;
    const LookUp lookUp{request.id, deadline, trace};
    return reader_.find(lookUp).then(
        [this, request = std::move(request)](const std::optional<FoundCredential>& found) {
            const bool genuine = found && fits(request.name, found->credential->name) &&
                                 fits(request.email, found->credential->email);
            (genuine ? verified_ : refused_).add();
            return genuine ? found : std::nullopt;
        });
}

} // namespace kubecred::verification
