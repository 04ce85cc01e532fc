#include "kubecred/Text.h"

#include <algorithm>

namespace kubecred {
namespace {

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// How many bytes the character at the front has; 0 where there is none. The bounds of the second
// byte are those of RFC 3629, section 4.
std::size_t characterAtFrontOf(std::string_view text) noexcept {
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const auto lead = byte(0);
    if (lead < 0x80)
        return 1;
    const std::size_t size = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
    if (lead < 0xc2 || lead > 0xf4 || text.size() < size)
        return 0;
    for (std::size_t i = 1; i < size; ++i)
        if ((byte(i) & 0xc0) != 0x80)
            return 0;
    const auto second = byte(1);
    const bool isOverlong = (lead == 0xe0 && second < 0xa0) || (lead == 0xf0 && second < 0x90);
    const bool isSurrogate = lead == 0xed && second > 0x9f;
    const bool isBeyond = lead == 0xf4 && second > 0x8f;
    return isOverlong || isSurrogate || isBeyond ? 0 : size;
}

} // namespace

bool equalsIgnoringCase(std::string_view left, std::string_view right) noexcept {
    return std::ranges::equal(left, right, {}, lower, lower);
}

bool isUtf8(std::string_view text) noexcept {
    while (!text.empty()) {
        const auto size = characterAtFrontOf(text);
        if (size == 0)
            return false;
        text.remove_prefix(size);
    }
    return true;
}

std::string_view trim(std::string_view text) noexcept {
    constexpr std::string_view blanks = " \t";
    const auto first = text.find_first_not_of(blanks);
    if (first == std::string_view::npos)
        return {};
    return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

std::vector<std::string_view> split(std::string_view text, std::string_view delimiters) {
    std::vector<std::string_view> parts;
    for (auto end = text.find_first_of(delimiters); end != std::string_view::npos;
         end = text.find_first_of(delimiters)) {
        parts.push_back(text.substr(0, end));
        text.remove_prefix(end + 1);
    }
    parts.push_back(text);
    return parts;
}

std::vector<std::string_view> splitList(std::string_view list) {
    std::vector<std::string_view> parts;
    for (const auto part : split(list, ","))
        if (const auto trimmed = trim(part); !trimmed.empty())
            parts.push_back(trimmed);
    return parts;
}

std::string join(std::span<const std::string_view> words, std::string_view separator) {
    return join(words, separator, separator);
}

std::string join(std::span<const std::string_view> words, std::string_view separator,
                 std::string_view lastSeparator) {
    std::string text;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (i > 0)
            text += i + 1 == words.size() ? lastSeparator : separator;
        text += words[i];
    }
    return text;
}

} // namespace kubecred
