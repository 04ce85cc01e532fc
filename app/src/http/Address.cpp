#include "Address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

namespace kubecred::http {

using Poco::Net::IPAddress;

namespace {

bool isPort(std::string_view text) {
    return text.starts_with(':') && text.size() > 1 && text.size() <= 6 &&
           text.find_first_not_of("0123456789", 1) == std::string_view::npos;
}

} // namespace

std::optional<IPAddress> parseAddress(const std::string& text) {
    in_addr four{};
    if (inet_pton(AF_INET, text.c_str(), &four) == 1)
        return IPAddress(&four, sizeof four);
    in6_addr six{};
    if (inet_pton(AF_INET6, text.c_str(), &six) != 1)
        return std::nullopt;
    if (IN6_IS_ADDR_V4MAPPED(&six))
        return IPAddress(&six.s6_addr[12], sizeof four);
    return IPAddress(&six, sizeof six);
}

std::optional<IPAddress> parseForwardedAddress(std::string_view text) {
    const bool isBracketed = text.starts_with('[');
    const auto end = isBracketed ? text.find(']') : text.find(':');
    const bool isIpv6 = !isBracketed && end != text.rfind(':');
    if (end == std::string_view::npos || isIpv6)
        return parseAddress(std::string(text));
    const auto rest = text.substr(isBracketed ? end + 1 : end);
    if (!rest.empty() && !isPort(rest))
        return std::nullopt;
    const auto begin = isBracketed ? 1U : 0U;
    return parseAddress(std::string(text.substr(begin, end - begin)));
}

} // namespace kubecred::http
