#include "kubecred/http/Content.h"

#include "kubecred/Error.h"
#include "kubecred/Text.h"

#include <algorithm>
#include <string>

namespace kubecred::http {
namespace {

std::string_view unquoted(std::string_view text) noexcept {
    if (text.size() >= 2 && text.front() == '"' && text.back() == '"')
        return text.substr(1, text.size() - 2);
    return text;
}

// A charset that says otherwise would be misread.
bool isUtf8OrUnsaid(std::string_view parameters) {
    while (!parameters.empty()) {
        const auto semicolon = std::min(parameters.find(';'), parameters.size());
        const auto parameter = trim(parameters.substr(0, semicolon));
        parameters.remove_prefix(std::min(semicolon + 1, parameters.size()));
        const auto equals = std::min(parameter.find('='), parameter.size());
        if (equalsIgnoringCase(parameter.substr(0, equals), "charset"))
            return equals < parameter.size() &&
                   equalsIgnoringCase(unquoted(parameter.substr(equals + 1)), "utf-8");
    }
    return true;
}

std::string listOf(std::span<const std::string_view> mediaTypes) {
    std::string list;
    for (const auto mediaType : mediaTypes)
        list.append(list.empty() ? "" : " or ").append(mediaType);
    return list;
}

} // namespace

bool isOfType(const Request& request, std::string_view mediaType) {
    const auto contentType = request.header("Content-Type").value_or("");
    const auto semicolon = std::min(contentType.find(';'), contentType.size());
    return equalsIgnoringCase(trim(contentType.substr(0, semicolon)), mediaType) &&
           isUtf8OrUnsaid(contentType.substr(semicolon));
}

void requireContent(const Request& request, std::span<const std::string_view> mediaTypes) {
    if (!equalsIgnoringCase(request.header("Content-Encoding").value_or("identity"), "identity"))
        throw Error(ErrorKind::unsupportedMediaType, "Content-Encoding is not supported");
    if (request.body.empty())
        return;
    if (std::ranges::none_of(mediaTypes, [&](auto type) { return isOfType(request, type); }))
        throw Error(ErrorKind::unsupportedMediaType, "Content-Type must be " + listOf(mediaTypes));
}

} // namespace kubecred::http
