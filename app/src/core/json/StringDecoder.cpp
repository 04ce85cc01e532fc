#include "StringDecoder.h"

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

bool isIn(char byte, unsigned low, unsigned high) noexcept {
    const auto value = static_cast<unsigned char>(byte);
    return value >= low && value <= high;
}

// The bytes of the code point that `text` begins with, by the table of RFC 3629, section 4, which
// leaves out surrogates and longer forms than needed; 0 where it is no UTF-8.
std::size_t codePointLength(std::string_view text) noexcept {
    const auto lead = static_cast<unsigned char>(text.front());
    if (lead < 0x80)
        return 1;
    if (lead < 0xc2 || lead > 0xf4)
        return 0;
    const std::size_t length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    const unsigned low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    const unsigned high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
    if (text.size() < length || !isIn(text[1], low, high))
        return 0;
    const auto rest = text.substr(2, length - 2);
    return std::ranges::all_of(rest, [](char c) { return isIn(c, 0x80, 0xbf); }) ? length : 0;
}

bool isUtf8(std::string_view text) noexcept {
    while (!text.empty()) {
        const auto length = codePointLength(text);
        if (length == 0)
            return false;
        text.remove_prefix(length);
    }
    return true;
}

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
