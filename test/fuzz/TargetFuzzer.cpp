// Targets of requests, with their queries, and hosts, as they come.

#include "Fuzz.h"
#include "http/Grammar.h"

#include <algorithm>
#include <cstdint>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace kubecred;
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto path = http::pathOf(text);
    fuzz::require(path.find('?') == std::string_view::npos, "a path has no query");
    fuzz::require(path == "/" || text.find(path) != std::string_view::npos,
                  "a path is a part of its target");
    const auto isOdd = [](char c) {
        return http::isControl(c) || c == ' ' || c == '#' || static_cast<unsigned char>(c) > 0x7e;
    };
    if (http::isTarget(text)) {
        fuzz::require(std::ranges::none_of(text, isOdd), "a target is plain");
        const auto percent = text.rfind('%');
        fuzz::require(percent == std::string_view::npos || percent + 2 < text.size(),
                      "an escape is whole");
        const auto authority = http::authorityOf(text);
        fuzz::require(!authority || http::isAuthority(*authority), "a URL has an authority");
    }
    if (http::isAuthority(text)) {
        constexpr std::string_view dangerous = "@/,?#%\\ \t\r\n";
        fuzz::require(text.find_first_of(dangerous) == std::string_view::npos, "a host is one");
        fuzz::require(!text.empty() && text.front() != ':', "a host is not empty");
    }
    return 0;
}
