#include "Grammar.h"

#include "kubecred/Text.h"

#include <algorithm>
#include <initializer_list>

namespace kubecred::http {
namespace {

bool isDigit(char c) noexcept { return c >= '0' && c <= '9'; }

bool isLetterOrDigit(char c) noexcept {
    return isDigit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool isHexDigit(char c) noexcept {
    return isDigit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool isOneOf(char c, std::string_view characters) noexcept {
    return characters.find(c) != std::string_view::npos;
}

bool isTokenCharacter(char c) noexcept {
    return isLetterOrDigit(c) || isOneOf(c, "!#$%&'*+-.^_`|~");
}

std::string_view withoutBlanks(std::string_view text) noexcept {
    return text.substr(std::min(text.find_first_not_of(' '), text.size()));
}

std::string_view tokenAtFrontOf(std::string_view text) noexcept {
    const auto end = std::ranges::find_if_not(text, isTokenCharacter);
    return text.substr(0, static_cast<std::size_t>(end - text.begin()));
}

// With its quotes; empty where there is none, or no end of it (RFC 9110, section 5.6.4).
std::string_view quotedAtFrontOf(std::string_view text) noexcept {
    if (!text.starts_with('"'))
        return {};
    for (std::size_t i = 1; i < text.size(); ++i) {
        if (text[i] == '"')
            return text.substr(0, i + 1);
        if (text[i] == '\\')
            ++i;
    }
    return {};
}

std::string_view valueAtFrontOf(std::string_view text) noexcept {
    const auto token = tokenAtFrontOf(text);
    return token.empty() ? quotedAtFrontOf(text) : token;
}

bool isIpv6InBrackets(std::string_view host) noexcept {
    return host.size() > 2 && host.front() == '[' && host.back() == ']' &&
           std::ranges::all_of(host.substr(1, host.size() - 2),
                               [](char c) { return isHexDigit(c) || c == ':' || c == '.'; });
}

bool isHostName(std::string_view host) noexcept {
    return !host.empty() && std::ranges::all_of(host, [](char c) {
        return isLetterOrDigit(c) || isOneOf(c, "-._~");
    });
}

bool isPercentEscape(std::string_view text) noexcept {
    return text.size() >= 3 && isHexDigit(text[1]) && isHexDigit(text[2]);
}

bool isAscii(char c) noexcept { return static_cast<unsigned char>(c) < 0x80; }

} // namespace

bool isControl(char byte) noexcept {
    const auto value = static_cast<unsigned char>(byte);
    return value < 0x20 || value == 0x7f;
}

bool isToken(std::string_view text) noexcept {
    return !text.empty() && std::ranges::all_of(text, isTokenCharacter);
}

bool isChunkExtension(std::string_view text) noexcept {
    while (!text.empty()) {
        text = withoutBlanks(text);
        if (!text.starts_with(';'))
            return false;
        text = withoutBlanks(text.substr(1));
        const auto name = tokenAtFrontOf(text);
        if (name.empty())
            return false;
        text.remove_prefix(name.size());
        if (!withoutBlanks(text).starts_with('='))
            continue;
        text = withoutBlanks(withoutBlanks(text).substr(1));
        const auto value = valueAtFrontOf(text);
        if (value.empty())
            return false;
        text.remove_prefix(value.size());
    }
    return true;
}

bool isAuthority(std::string_view text) noexcept {
    const auto closing = text.rfind(']');
    const auto colon = text.find(':', closing == std::string_view::npos ? 0 : closing);
    const auto host = text.substr(0, colon);
    if (!isHostName(host) && !isIpv6InBrackets(host))
        return false;
    return colon == std::string_view::npos || std::ranges::all_of(text.substr(colon + 1), isDigit);
}

std::optional<std::string_view> authorityOf(std::string_view target) noexcept {
    for (const std::string_view scheme : {"http://", "https://"}) {
        if (!equalsIgnoringCase(target.substr(0, scheme.size()), scheme))
            continue;
        target.remove_prefix(scheme.size());
        return target.substr(0, target.find_first_of("/?"));
    }
    return std::nullopt;
}

bool isTarget(std::string_view text) noexcept {
    if (const auto authority = authorityOf(text); authority && !isAuthority(*authority))
        return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (isControl(c) || c == ' ' || c == '#' || !isAscii(c))
            return false;
        if (c == '%' && !isPercentEscape(text.substr(i)))
            return false;
    }
    return true;
}

std::string_view queryOf(std::string_view target) noexcept {
    return target.substr(std::min(target.find('?'), target.size() - 1) + 1);
}

std::string_view pathOf(std::string_view target) noexcept {
    if (const auto authority = authorityOf(target)) {
        target = target.substr(static_cast<std::size_t>(authority->end() - target.begin()));
        if (!target.starts_with('/'))
            return "/";
    }
    return target.substr(0, target.find('?'));
}

} // namespace kubecred::http
