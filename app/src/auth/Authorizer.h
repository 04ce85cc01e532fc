#pragma once

#include "KeyRing.h"
#include "kubecred/Error.h"
#include "kubecred/RequestContext.h"
#include "kubecred/http/Request.h"

#include <optional>

namespace kubecred::auth {

/// Whether a request may pass, and who sent it.
struct Decision {
    std::optional<Error> refusal = {}; ///< why it may not
    Principal principal = {};          ///< by the known key that it carried
};

/// Decides by API keys who may call a route. Safe to use from several threads at once.
class Authorizer {
public:
    /// `keys` must outlive this object.
    explicit Authorizer(const KeyRing& keys) : keys_(keys) {}

    /// Whether what this opens is as if it were not there: its scope is optional, and no key has
    /// it.
    bool hides(http::Access access) const;

    /// The request must carry one key that opens this, as `Authorization: Bearer` (RFC 6750) or as
    /// `X-API-Key`. Refused as notFound: what is hidden;
    /// unauthorized: no key, an unknown one or several; forbidden: a key without the scope.
    Decision decide(const http::Request& request, http::Access access) const;

private:
    const KeyRing& keys_;
};

} // namespace kubecred::auth
