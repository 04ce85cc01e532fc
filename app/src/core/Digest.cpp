#include "kubecred/Digest.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include <array>
#include <span>
#include <stdexcept>

namespace kubecred {

std::string sha256Hex(std::string_view bytes) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::array<unsigned char, EVP_MAX_MD_SIZE> hash{};
    unsigned length = 0;
    if (EVP_Digest(bytes.data(), bytes.size(), hash.data(), &length, EVP_sha256(), nullptr) != 1)
        throw std::runtime_error("SHA-256 is not available");
    std::string text;
    for (const unsigned char byte : std::span(hash).first(length)) {
        text += digits[byte >> 4];
        text += digits[byte & 0x0f];
    }
    return text;
}

bool equalSecrets(std::string_view left, std::string_view right) {
    const std::string leftDigest = sha256Hex(left);
    const std::string rightDigest = sha256Hex(right);
    return CRYPTO_memcmp(leftDigest.data(), rightDigest.data(), leftDigest.size()) == 0;
}

} // namespace kubecred
