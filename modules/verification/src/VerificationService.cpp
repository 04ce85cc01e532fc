#include "VerificationService.h"

#include <utility>

namespace kubecred::verification {
namespace {

bool fits(const std::optional<std::string>& given, const std::string& stored) {
    return !given || *given == stored;
}

} // namespace

VerificationService::VerificationService(CredentialReader& reader,
                                         const VerificationSettings& settings)
    : reader_(reader), settings_(settings) {}

Deferred<std::optional<FoundCredential>> VerificationService::verify(VerifyRequest request) {
    const auto deadline = std::chrono::steady_clock::now() + settings_.timeout;
    const Uuid id = request.id;
    return reader_.find(id, deadline)
        .then([request = std::move(request)](const std::optional<FoundCredential>& found) {
            const bool genuine = found && fits(request.name, found->credential.name) &&
                                 fits(request.email, found->credential.email);
            return genuine ? found : std::nullopt;
        });
}

} // namespace kubecred::verification
