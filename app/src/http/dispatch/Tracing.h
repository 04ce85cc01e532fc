#pragma once

#include <string_view>

namespace kubecred::http {

/// May stand as a request's id: 1 to 64 characters of `A-Z a-z 0-9 . _ -`.
bool isRequestId(std::string_view text) noexcept;

/// A `traceparent` value by W3C Trace Context, level 1: version, trace id, parent id and flags in
/// lower-case hexadecimal, neither id all zero.
bool isTraceParent(std::string_view text) noexcept;

/// An `X-Amzn-Trace-Id` value: `Name=value` pairs joined by semicolons, as AWS load balancers
/// write them, with a `Root` of `1-` 8 hexadecimal digits `-` 24 hexadecimal digits. At most 256
/// characters.
bool isAmazonTraceId(std::string_view text) noexcept;

} // namespace kubecred::http
