#pragma once

#include "kubecred/http/Request.h"

#include <span>
#include <string_view>

namespace kubecred::http {

/// Whether the request's Content-Type is this media type, in lower case, and says no charset but
/// UTF-8.
bool isOfType(const Request& request, std::string_view mediaType);

/// Throws Error (unsupportedMediaType) where the body is encoded, or is there and of none of these
/// media types.
void requireContent(const Request& request, std::span<const std::string_view> mediaTypes);

} // namespace kubecred::http
