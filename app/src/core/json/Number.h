#pragma once

#include <cstddef>
#include <string_view>

namespace kubecred::json {

/// How many characters of the number that `text` begins with; 0 where it begins with none
/// (RFC 8259, section 6). What follows it is not looked at.
std::size_t numberLength(std::string_view text) noexcept;

/// Whether the number is none of those that Value::hasUnholdableNumber tells of.
bool isHoldable(std::string_view number) noexcept;

/// Whether an IEEE double holds the number without loss of magnitude.
bool fitsDouble(std::string_view number) noexcept;

} // namespace kubecred::json
