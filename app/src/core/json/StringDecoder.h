#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace kubecred::json {

/// Appends to `out` the text of a JSON string; `text` begins behind its opening quote. Returns how
/// many bytes of `text` it took, the closing quote included; 0 where the string is malformed, holds
/// bad UTF-8 or a lone surrogate, and what `out` then holds means nothing.
std::size_t decodeString(std::string_view text, std::string& out);

} // namespace kubecred::json
