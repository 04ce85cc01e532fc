#include "Tracing.h"

#include <algorithm>

namespace kubecred::http {
namespace {

bool isDigit(char c) noexcept { return c >= '0' && c <= '9'; }

bool isLowerHex(char c) noexcept { return isDigit(c) || (c >= 'a' && c <= 'f'); }

bool isWordCharacter(char c) noexcept {
    return isDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '.' || c == '_' ||
           c == '-';
}

bool isHex(std::string_view text, std::size_t length) noexcept {
    return text.size() == length && std::ranges::all_of(text, isLowerHex);
}

bool isAllZero(std::string_view text) noexcept {
    return text.find_first_not_of('0') == std::string_view::npos;
}

bool isAmazonRoot(std::string_view root) noexcept {
    return root.size() == 35 && root.starts_with("1-") && root[10] == '-' &&
           isHex(root.substr(2, 8), 8) && isHex(root.substr(11), 24);
}

// X-Ray's Lineage joins its parts with colons and bars.
bool isTraceValue(std::string_view text) noexcept {
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return isWordCharacter(c) || c == ':' || c == '|';
    });
}

bool isWord(std::string_view text) noexcept {
    return !text.empty() && std::ranges::all_of(text, isWordCharacter);
}

} // namespace

bool isRequestId(std::string_view text) noexcept { return text.size() <= 64 && isWord(text); }

bool isTraceParent(std::string_view text) noexcept {
    if (text.size() != 55 || text[2] != '-' || text[35] != '-' || text[52] != '-')
        return false;
    const auto version = text.substr(0, 2);
    const auto trace = text.substr(3, 32);
    const auto parent = text.substr(36, 16);
    return isHex(version, 2) && version != "ff" && isHex(trace, 32) && !isAllZero(trace) &&
           isHex(parent, 16) && !isAllZero(parent) && isHex(text.substr(53), 2);
}

bool isAmazonTraceId(std::string_view text) noexcept {
    if (text.size() > 256)
        return false;
    bool hasRoot = false;
    while (!text.empty()) {
        const auto pair = text.substr(0, text.find(';'));
        text.remove_prefix(std::min(pair.size() + 1, text.size()));
        const auto equals = pair.find('=');
        if (equals == std::string_view::npos)
            return false;
        const auto name = pair.substr(0, equals);
        const auto value = pair.substr(equals + 1);
        const bool isRoot = name == "Root";
        if (!isWord(name) || !isTraceValue(value) || (isRoot && !isAmazonRoot(value)))
            return false;
        hasRoot = hasRoot || isRoot;
    }
    return hasRoot;
}

} // namespace kubecred::http
