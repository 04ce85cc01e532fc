#pragma once

#include "kubecred/Error.h"
#include "kubecred/http/Response.h"

#include <string_view>

namespace kubecred::http {

/// The answer to a request that ended in `error`: the only place where kinds of error become
/// statuses and where what the caller reads of them is written, as JSON.
Response renderError(const Error& error, std::string_view requestId);

} // namespace kubecred::http
