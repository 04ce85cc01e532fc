#include "StringDecoder.h"

#include "kubecred/Text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <optional>

namespace kubecred::json {
namespace {

// A table, since every byte of every body is asked for.
constexpr std::array<bool, 256> plainBytes = [] {
    std::array<bool, 256> plain{};
    for (std::size_t c = 0x20; c < plain.size(); ++c)
        plain[c] = c != '"' && c != '\\';
    return plain;
}();

bool isPlain(char c) noexcept { return plainBytes[static_cast<unsigned char>(c)]; }

void appendUtf8(std::string& out, std::uint32_t codePoint) {
    const auto append = [&](std::uint32_t byte) { out += static_cast<char>(byte); };
    const auto continued = [&](int shift) { append(0x80 | ((codePoint >> shift) & 0x3f)); };
    if (codePoint < 0x80) {
        append(codePoint);
    } else if (codePoint < 0x800) {
        append(0xc0 | (codePoint >> 6));
        continued(0);
    } else if (codePoint < 0x10000) {
        append(0xe0 | (codePoint >> 12));
        continued(6);
        continued(0);
    } else {
        append(0xf0 | (codePoint >> 18));
        continued(12);
        continued(6);
        continued(0);
    }
}

// The UTF-16 code unit that `text` begins with, as \uXXXX.
std::optional<std::uint32_t> codeUnit(std::string_view text) noexcept {
    constexpr std::size_t length = 6;
    if (text.size() < length || !text.starts_with("\\u"))
        return std::nullopt;
    std::uint32_t unit = 0;
    const char* end = text.data() + length;
    const auto result = std::from_chars(text.data() + 2, end, unit, 16);
    return result.ptr == end ? std::optional(unit) : std::nullopt;
}

bool isHighSurrogate(std::uint32_t unit) noexcept { return unit >= 0xd800 && unit < 0xdc00; }

bool isLowSurrogate(std::uint32_t unit) noexcept { return unit >= 0xdc00 && unit < 0xe000; }

std::size_t decodeCodePoint(std::string_view text, std::string& out) {
    const auto unit = codeUnit(text);
    if (!unit || isLowSurrogate(*unit))
        return 0;
    if (!isHighSurrogate(*unit)) {
        appendUtf8(out, *unit);
        return 6;
    }
    const auto low = codeUnit(text.substr(6));
    if (!low || !isLowSurrogate(*low))
        return 0;
    appendUtf8(out, 0x10000 + ((*unit - 0xd800) << 10) + (*low - 0xdc00));
    return 12;
}

// `text` begins with the backslash.
std::size_t decodeEscape(std::string_view text, std::string& out) {
    constexpr std::string_view escapes = "\"\\/bfnrt";
    constexpr std::string_view meanings = "\"\\/\b\f\n\r\t";
    if (text.size() < 2)
        return 0;
    if (text[1] == 'u')
        return decodeCodePoint(text, out);
    const auto found = escapes.find(text[1]);
    if (found == std::string_view::npos)
        return 0;
    out += meanings[found];
    return 2;
}

} // namespace

std::size_t decodeString(std::string_view text, std::string& out) {
    const auto begin = out.size();
    std::size_t i = 0;
    for (;;) {
        const auto* special = std::find_if_not(text.begin() + i, text.end(), isPlain);
        const auto end = static_cast<std::size_t>(special - text.begin());
        out.append(text, i, end - i);
        if (end == text.size())
            return 0;
        if (text[end] == '"')
            return isUtf8(std::string_view(out).substr(begin)) ? end + 1 : 0;
        const auto escape = text[end] == '\\' ? decodeEscape(text.substr(end), out) : 0;
        if (escape == 0)
            return 0;
        i = end + escape;
    }
}

} // namespace kubecred::json
