#include "kubecred/http/JsonBody.h"

#include "kubecred/Error.h"
#include "kubecred/Text.h"

#include <algorithm>

namespace kubecred::http {
namespace {

std::string_view unquoted(std::string_view text) noexcept {
    if (text.size() >= 2 && text.front() == '"' && text.back() == '"')
        return text.substr(1, text.size() - 2);
    return text;
}

// JSON is UTF-8 (RFC 8259, section 8.1); a charset that says otherwise would be misread.
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

bool isJson(std::string_view contentType) {
    const auto semicolon = std::min(contentType.find(';'), contentType.size());
    return equalsIgnoringCase(trim(contentType.substr(0, semicolon)), "application/json") &&
           isUtf8OrUnsaid(contentType.substr(semicolon));
}

} // namespace

json::Document readJson(const Request& request) {
    if (!equalsIgnoringCase(request.header("Content-Encoding").value_or("identity"), "identity"))
        throw Error(ErrorKind::unsupportedMediaType, "Content-Encoding is not supported");
    if (!request.body.empty() && !isJson(request.header("Content-Type").value_or("")))
        throw Error(ErrorKind::unsupportedMediaType, "Content-Type must be application/json");
    return json::parse(request.body);
}

} // namespace kubecred::http
