#include "Authorizer.h"

#include "kubecred/Text.h"

#include <string_view>
#include <vector>

namespace kubecred::auth {
namespace {

using http::Access;

constexpr std::string_view scheme = "Bearer ";

std::vector<std::string_view> keysIn(const http::Request& request) {
    std::vector<std::string_view> keys;
    for (const http::Header& header : request.headers)
        if (equalsIgnoringCase(header.name, "X-API-Key"))
            keys.push_back(trim(header.value));
        else if (equalsIgnoringCase(header.name, "Authorization") &&
                 equalsIgnoringCase(header.value.substr(0, scheme.size()), scheme))
            keys.push_back(trim(header.value.substr(scheme.size())));
    return keys;
}

Decision refused(ErrorKind kind, const std::string& message, std::string detail,
                 Principal principal = {}) {
    return {Error(kind, message, std::move(detail)), std::move(principal)};
}

} // namespace

bool Authorizer::hides(Access access) const {
    const http::Scope* scope = http::scopeOf(access);
    return scope != nullptr && scope->isOptional && !keys_.anyOpens(access);
}

Decision Authorizer::decide(const http::Request& request, Access access) const {
    if (access == Access::anyone)
        return {};
    if (hides(access))
        return refused(ErrorKind::notFound, "Not found",
                       "no key has the scope " + std::string(nameOf(access)));
    const auto given = keysIn(request);
    if (given.empty())
        return refused(ErrorKind::unauthorized,
                       "An API key is required, as Authorization: Bearer or as X-API-Key",
                       "no API key");
    if (given.size() > 1)
        return refused(ErrorKind::unauthorized, "Send one API key, once", "several API keys");
    auto key = keys_.find(given.front());
    if (!key)
        return refused(ErrorKind::unauthorized, "The API key is not valid", "unknown API key");
    const bool opens = key->opens(access);
    Principal principal{std::move(key->name), std::move(key->scopes)};
    if (!opens)
        return refused(ErrorKind::forbidden,
                       "The API key lacks the scope " + std::string(nameOf(access)),
                       "scope missing", std::move(principal));
    return {{}, std::move(principal)};
}

} // namespace kubecred::auth
