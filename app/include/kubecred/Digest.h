#pragma once

#include <string>
#include <string_view>

namespace kubecred {

/// SHA-256 (FIPS 180-4) as 64 lower-case hexadecimal digits.
/// Throws std::runtime_error where OpenSSL does not provide it.
std::string sha256Hex(std::string_view bytes);

/// Whether two secrets are equal, in a time that does not depend on where they differ: what is
/// compared, byte by byte to the end, are their digests.
bool equalSecrets(std::string_view left, std::string_view right);

} // namespace kubecred
