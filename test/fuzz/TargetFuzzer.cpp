// Targets of requests, with their queries and the parameters of their paths, and hosts, as they
// come.

#include "Fuzz.h"
#include "http/message/Grammar.h"
#include "kubecred/Error.h"
#include "kubecred/Text.h"
#include "kubecred/http/Query.h"
#include "kubecred/http/RouteTemplate.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace kubecred;
using http::Parameter;

// As a client writes it that leaves nothing to chance.
std::string encoded(std::string_view text) {
    constexpr std::string_view digits = "0123456789ABCDEF";
    std::string escapes;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        escapes.append("%").append(1, digits[byte >> 4U]).append(1, digits[byte & 15U]);
    }
    return escapes;
}

bool areEqual(const std::vector<Parameter>& left, const std::vector<Parameter>& right) {
    return std::ranges::equal(left, right, [](const auto& one, const auto& other) {
        return one.name == other.name && one.value == other.value;
    });
}

void requireTexts(const std::vector<Parameter>& parameters) {
    for (const auto& [name, value] : parameters)
        fuzz::require(isUtf8(value) && value.find('\0') == std::string::npos,
                      "a parameter is a text");
}

void checkQuery(std::string_view query, http::UnknownQuery unknown) {
    const http::RoutePolicy policy{.query = {"a", "name"}, .unknownQuery = unknown};
    try {
        const auto parameters = http::readQuery(query, policy);
        requireTexts(parameters);
        fuzz::require(parameters.size() <= policy.query.size(), "each is there once at most");
        std::string again;
        for (const auto& [name, value] : parameters)
            again += "&" + encoded(name) + "=" + encoded(value);
        fuzz::require(areEqual(parameters, http::readQuery(again, policy)),
                      "what was read is read again");
    } catch (const Error& error) {
        fuzz::require(unknown == http::UnknownQuery::refused, "what is ignored is not refused");
        fuzz::require(error.kind() == ErrorKind::validation ||
                          error.kind() == ErrorKind::malformedRequest,
                      "a query is at fault");
    }
}

void checkPath(std::string_view path) {
    static const http::RouteTemplate pattern("/a/{x}/b/{y}");
    const auto parameters = pattern.match(path);
    if (!parameters)
        return;
    requireTexts(*parameters);
    const auto again = pattern.match("/a/" + encoded(parameters->at(0).value) + "/b/" +
                                     encoded(parameters->at(1).value));
    fuzz::require(again && areEqual(*parameters, *again), "what was found is found again");
}

void checkTarget(std::string_view text) {
    const auto isOdd = [](char c) {
        return http::isControl(c) || c == ' ' || c == '#' || static_cast<unsigned char>(c) > 0x7e;
    };
    fuzz::require(std::ranges::none_of(text, isOdd), "a target is plain");
    const auto percent = text.rfind('%');
    fuzz::require(percent == std::string_view::npos || percent + 2 < text.size(),
                  "an escape is whole");
    const auto authority = http::authorityOf(text);
    fuzz::require(!authority || http::isAuthority(*authority), "a URL has an authority");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    const auto path = http::pathOf(text);
    const auto query = http::queryOf(text);
    fuzz::require(path.find('?') == std::string_view::npos, "a path has no query");
    fuzz::require(path == "/" || text.find(path) != std::string_view::npos,
                  "a path is a part of its target");
    fuzz::require(query.empty() || text.ends_with("?" + std::string(query)),
                  "a query is the end of its target");
    checkQuery(query, http::UnknownQuery::refused);
    checkQuery(query, http::UnknownQuery::ignored);
    checkPath(path);
    if (http::isTarget(text))
        checkTarget(text);
    if (http::isAuthority(text)) {
        constexpr std::string_view dangerous = "@/,?#%\\ \t\r\n";
        fuzz::require(text.find_first_of(dangerous) == std::string_view::npos, "a host is one");
        fuzz::require(!text.empty() && text.front() != ':', "a host is not empty");
    }
    return 0;
}
