#include "Origin.h"

#include "http/Address.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string>

namespace kubecred::http {
namespace {

constexpr std::string_view letters = "abcdefghijklmnopqrstuvwxyz";
constexpr std::string_view digits = "0123456789";

bool consistsOf(std::string_view text, std::string_view characters) {
    return !text.empty() && text.find_first_not_of(characters) == std::string_view::npos;
}

bool isScheme(std::string_view text) {
    return consistsOf(text, "abcdefghijklmnopqrstuvwxyz0123456789+-.") &&
           letters.find(text.front()) != std::string_view::npos;
}

// A host whose last label is a number is an IPv4 address to every browser, or none at all.
bool isHost(std::string_view text) {
    if (text.starts_with('[') && text.ends_with(']'))
        return consistsOf(text.substr(1, text.size() - 2), "0123456789abcdef:") &&
               parseAddress(std::string(text.substr(1, text.size() - 2)));
    if (!consistsOf(text, "abcdefghijklmnopqrstuvwxyz0123456789-._") || text.starts_with('.') ||
        text.find("..") != std::string_view::npos)
        return false;
    const auto last = text.substr(text.rfind('.') + 1);
    return !consistsOf(last, digits) || parseAddress(std::string(text));
}

bool isForeignPort(std::string_view text, std::string_view scheme) {
    std::uint16_t port = 0;
    const auto end = text.data() + text.size();
    const auto result = std::from_chars(text.data(), end, port);
    const bool isOwn = (scheme == "http" && port == 80) || (scheme == "https" && port == 443);
    return result.ec == std::errc{} && result.ptr == end && !text.starts_with('0') && !isOwn;
}

} // namespace

bool isOrigin(std::string_view text) {
    if (text == "null")
        return true;
    const auto colon = std::min(text.find("://"), text.size());
    const auto scheme = text.substr(0, colon);
    if (colon == text.size() || !isScheme(scheme))
        return false;
    const auto rest = text.substr(colon + 3);
    const auto bracket = rest.find(']');
    const auto port = rest.find(':', bracket == std::string_view::npos ? 0 : bracket);
    return isHost(rest.substr(0, port)) &&
           (port == std::string_view::npos || isForeignPort(rest.substr(port + 1), scheme));
}

} // namespace kubecred::http
