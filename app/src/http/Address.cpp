#include "Address.h"

#include <arpa/inet.h>
#include <netinet/in.h>

namespace kubecred::http {

using Poco::Net::IPAddress;

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

} // namespace kubecred::http
