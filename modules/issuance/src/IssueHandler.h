#pragma once

#include "IssuanceService.h"
#include "kubecred/Deferred.h"
#include "kubecred/http/Request.h"
#include "kubecred/http/Response.h"

namespace kubecred::issuance {

/// POST /issuance/credentials: reads, validates, has it issued, renders.
class IssueHandler {
public:
    /// `service` must outlive this object.
    explicit IssueHandler(IssuanceService& service) noexcept : service_(service) {}

    Deferred<http::Response> operator()(const http::Request& request,
                                        const RequestContext& context) const;

private:
    http::Response created(const Credential& credential) const;

    IssuanceService& service_;
};

} // namespace kubecred::issuance
