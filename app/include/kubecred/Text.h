#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kubecred {

/// Compares ASCII letters without regard to case, everything else exactly.
bool equalsIgnoringCase(std::string_view left, std::string_view right) noexcept;

/// Whether these bytes are UTF-8 (RFC 3629): nothing overlong, no surrogate, nothing beyond
/// U+10FFFF.
bool isUtf8(std::string_view text) noexcept;

/// Without the spaces and tabs at both ends.
std::string_view trim(std::string_view text) noexcept;

/// The parts between delimiters, each of which is one character of `delimiters`; empty parts too.
std::vector<std::string_view> split(std::string_view text, std::string_view delimiters);

/// The parts of a comma-separated list, each trimmed, empty ones left out.
std::vector<std::string_view> splitList(std::string_view list);

/// The words with `separator` between them, and `lastSeparator`, where it is given, before the
/// last.
std::string join(std::span<const std::string_view> words, std::string_view separator);
std::string join(std::span<const std::string_view> words, std::string_view separator,
                 std::string_view lastSeparator);

} // namespace kubecred
