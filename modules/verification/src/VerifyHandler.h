#pragma once

#include "VerificationService.h"
#include "kubecred/Clock.h"
#include "kubecred/Deferred.h"
#include "kubecred/http/Request.h"
#include "kubecred/http/Response.h"

#include <optional>
#include <string>

namespace kubecred::verification {

/// POST /verification/credentials: reads, validates, has it verified, renders.
class VerifyHandler {
public:
    /// The references must outlive this object.
    VerifyHandler(VerificationService& service, const Clock& clock, std::string workerId);

    Deferred<http::Response> operator()(const http::Request& request,
                                        const RequestContext& context) const;

private:
    http::Response render(const std::optional<FoundCredential>& found) const;

    VerificationService& service_;
    const Clock& clock_;
    std::string workerId_;
};

} // namespace kubecred::verification
