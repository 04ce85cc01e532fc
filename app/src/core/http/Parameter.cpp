#include "kubecred/http/Parameter.h"

#include "kubecred/Text.h"

#include <charconv>

namespace kubecred::http {
namespace {

std::optional<char> byteOf(std::string_view escape) noexcept {
    unsigned char byte = 0;
    const char* const end = escape.data() + escape.size();
    const auto result = std::from_chars(escape.data(), end, byte, 16);
    if (escape.size() != 2 || result.ec != std::errc{} || result.ptr != end)
        return std::nullopt;
    return static_cast<char>(byte);
}

} // namespace

std::optional<std::string> percentDecoded(std::string_view text) {
    std::string decoded;
    decoded.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            decoded += text[i];
            continue;
        }
        const auto byte = byteOf(text.substr(i + 1, 2));
        if (!byte)
            return std::nullopt;
        decoded += *byte;
        i += 2;
    }
    if (decoded.find('\0') != std::string::npos || !isUtf8(decoded))
        return std::nullopt;
    return decoded;
}

} // namespace kubecred::http
