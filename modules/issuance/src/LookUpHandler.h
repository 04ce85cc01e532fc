#pragma once

#include "kubecred/Deferred.h"
#include "kubecred/domain/CredentialReader.h"
#include "kubecred/http/Request.h"
#include "kubecred/http/Response.h"

#include <chrono>

namespace kubecred::issuance {

/// POST /internal/credentials, for the verification service: the credential of an id as this
/// service's database has it, or `null`.
class LookUpHandler {
public:
    /// `timeout`: the longest wait for the database. `reader` must outlive this object.
    LookUpHandler(CredentialReader& reader, std::chrono::milliseconds timeout) noexcept
        : reader_(reader), timeout_(timeout) {}

    Deferred<http::Response> operator()(const http::Request& request) const;

private:
    CredentialReader& reader_;
    std::chrono::milliseconds timeout_;
};

} // namespace kubecred::issuance
