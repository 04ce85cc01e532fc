#pragma once

#include <string_view>

namespace kubecred::http {

/// Whether a browser may send this text as `Origin` (Fetch, section 3.2): scheme, host and, where
/// it is not the scheme's own, port, all spelled as the URL standard serializes them; or `null`, by
/// which a page without an origin goes.
bool isOrigin(std::string_view text);

} // namespace kubecred::http
