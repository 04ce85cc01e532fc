#pragma once

#include "kubecred/Clock.h"
#include "kubecred/Trace.h"
#include "kubecred/http/Access.h"

#include <string>
#include <vector>

namespace kubecred {

/// Who sent a request, as far as its API key tells.
struct Principal {
    std::string keyName;              ///< empty where the route asks for no key, or it is unknown
    std::vector<http::Access> scopes; ///< of that key
};

/// What belongs to a request from its arrival to its answer, for everybody who works on it:
/// handler, service and port. The HTTP front makes it and keeps it until the request is answered;
/// what may stay for longer copies what it needs. Nobody changes it meanwhile.
struct RequestContext {
    Deadline deadline; ///< by which the request has to be answered
    Trace trace = {};
    Principal principal = {};
};

} // namespace kubecred
