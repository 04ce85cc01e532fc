#pragma once

#include "kubecred/Clock.h"
#include "kubecred/Deferred.h"
#include "kubecred/Metrics.h"
#include "kubecred/domain/CredentialReader.h"

#include <optional>
#include <string>

namespace kubecred::verification {

/// What a caller asks about: an id and, to be cross-validated, what they believe stands behind it.
struct VerifyRequest {
    Uuid id;
    std::optional<std::string> name;
    std::optional<std::string> email;
};

/// Tells whether credentials are genuine. Safe to call from several threads at once.
class VerificationService {
public:
    /// The references must outlive this object.
    VerificationService(CredentialReader& reader, Metrics& metrics);

    /// The credential with this id, where what was given with it equals what is stored exactly;
    /// nothing for an unknown id and for a mismatch alike. Fails with Error (unavailable), and
    /// while the database is away alike for both: a mismatch that memory tells of tells nobody
    /// anything.
    Deferred<std::optional<FoundCredential>> verify(VerifyRequest request,
                                                    const RequestContext& context);

private:
    CredentialReader& reader_;
    Counter& verified_;
    Counter& refused_;
};

} // namespace kubecred::verification
