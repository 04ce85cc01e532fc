#pragma once

#include "kubecred/http/Request.h"
#include "kubecred/json/Document.h"

namespace kubecred::http {

/// The request's body as JSON; no body at all counts as `{}`.
/// Throws Error: unsupportedMediaType where a body is encoded or is not `application/json` in
/// UTF-8, malformedRequest where it is no JSON text (see json::parse).
json::Document readJson(const Request& request);

} // namespace kubecred::http
