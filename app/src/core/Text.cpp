#include "kubecred/Text.h"

#include <algorithm>

namespace kubecred {
namespace {

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

} // namespace

bool equalsIgnoringCase(std::string_view left, std::string_view right) noexcept {
    return std::ranges::equal(left, right, {}, lower, lower);
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
