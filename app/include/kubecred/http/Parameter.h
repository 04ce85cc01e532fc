#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace kubecred::http {

/// A named text of a request's target, decoded: UTF-8 without NUL.
struct Parameter {
    std::string name;
    std::string value;
};

/// The text with its percent escapes (RFC 3986, section 2.1) replaced by their bytes. Nothing where
/// an escape is none, or where the result is not UTF-8 or holds a NUL.
std::optional<std::string> percentDecoded(std::string_view text);

} // namespace kubecred::http
