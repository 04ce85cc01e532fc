#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace kubecred {

/// A SHA-256 digest (FIPS 180-4).
using Digest = std::array<unsigned char, 32>;

/// Throws std::runtime_error where OpenSSL does not provide it.
Digest sha256(std::string_view bytes);

/// As sha256, in 64 lower-case hexadecimal digits.
std::string sha256Hex(std::string_view bytes);

/// The digest that 64 hexadecimal digits of either case stand for; nothing for any other text.
std::optional<Digest> parseDigest(std::string_view hex) noexcept;

/// Whether both are equal, in a time that does not depend on where they differ: every byte is
/// looked at.
bool equalDigests(const Digest& left, const Digest& right) noexcept;

} // namespace kubecred
