#pragma once

#include <string_view>

namespace kubecred {

/// By what a request is recognised in the logs of every service on its way; to be handed on to
/// whatever is called for it. Empty where its sender named none or broke the grammar, but for the
/// request's id. The texts live until the request is answered.
struct Trace {
    std::string_view requestId = {}; ///< the caller's where it is well-formed, or a fresh one
    std::string_view parent = {};    ///< `traceparent` (W3C Trace Context, level 1)
    std::string_view amazon = {};    ///< `X-Amzn-Trace-Id`
};

} // namespace kubecred
