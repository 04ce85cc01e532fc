#pragma once

#include "kubecred/Deferred.h"
#include "kubecred/domain/CredentialReader.h"
#include "kubecred/http/Request.h"
#include "kubecred/http/Response.h"

namespace kubecred::issuance {

/// POST /internal/credentials, for the verification service: the credential of an id as this
/// service's database has it, or `null`.
class LookUpHandler {
public:
    /// `reader` must outlive this object.
    explicit LookUpHandler(CredentialReader& reader) noexcept : reader_(reader) {}

    Deferred<http::Response> operator()(const http::Request& request,
                                        const RequestContext& context) const;

private:
    CredentialReader& reader_;
};

} // namespace kubecred::issuance
