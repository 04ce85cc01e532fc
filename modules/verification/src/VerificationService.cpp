#include "VerificationService.h"

namespace kubecred::verification {
namespace {

bool fits(const std::optional<std::string>& given, const std::string& stored) {
    return !given || *given == stored;
}

} // namespace

VerificationService::VerificationService(CredentialReader& reader,
                                         const VerificationSettings& settings)
    : reader_(reader), settings_(settings) {}

std::optional<Credential> VerificationService::verify(const VerifyRequest& request) {
    auto credential =
        reader_.find(request.id, std::chrono::steady_clock::now() + settings_.timeout);
    if (!credential || !fits(request.name, credential->name) ||
        !fits(request.email, credential->email))
        return std::nullopt;
    return credential;
}

} // namespace kubecred::verification
