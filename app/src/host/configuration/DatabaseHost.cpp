#include "DatabaseHost.h"

#include "http/Address.h"
#include "kubecred/Text.h"

#include <algorithm>
#include <string>

namespace kubecred::host {
namespace {

// RFC 1123, section 2.1, and underscores, which some networks of containers have.
bool isHostName(std::string_view text) {
    constexpr std::string_view characters =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    if (text.ends_with('.'))
        text.remove_suffix(1);
    return text.size() <= 253 && std::ranges::all_of(split(text, "."), [&](auto label) {
               return !label.empty() && label.size() <= 63 &&
                      label.find_first_not_of(characters) == std::string_view::npos;
           });
}

// An address of a link names its interface: fe80::1%eth0.
bool isAddress(std::string_view text) {
    return http::parseAddress(std::string(text.substr(0, text.find('%')))).has_value();
}

} // namespace

bool isDatabaseHost(std::string_view text) {
    return std::ranges::all_of(split(text, ","), [](auto host) {
        return host.starts_with('/') || isHostName(host) || isAddress(host);
    });
}

} // namespace kubecred::host
