#include "ApiKey.h"

#include "kubecred/Text.h"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

namespace kubecred::auth {
namespace {

using http::Access;

constexpr std::string_view prefix = "kc_";
constexpr std::size_t keyLength = 46;

// Names stand in the log: a key in the place of one must not.
bool isName(std::string_view name) {
    constexpr std::string_view characters =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
    const bool isKey = name.starts_with(prefix) && name.size() == keyLength;
    return !isKey && !name.empty() && name.size() <= 64 &&
           name.find_first_not_of(characters) == std::string_view::npos;
}

std::optional<Access> parseScope(std::string_view word) {
    for (const http::Scope& scope : http::scopes)
        if (scope.isGranted && word == scope.name)
            return scope.access;
    return std::nullopt;
}

// Empty where a word is no scope, or where there is none.
std::vector<Access> parseScopes(const std::vector<std::string_view>& words) {
    std::vector<Access> scopes;
    for (const auto word : words) {
        const auto scope = parseScope(word);
        if (!scope)
            return {};
        scopes.push_back(*scope);
    }
    return scopes;
}

std::string joined(const std::vector<Access>& scopes) {
    std::vector<std::string_view> names;
    names.reserve(scopes.size());
    for (const Access scope : scopes)
        names.push_back(nameOf(scope));
    return join(names, "+");
}

std::string randomKey() {
    std::array<unsigned char, 32> bytes{};
    if (RAND_bytes(bytes.data(), static_cast<int>(bytes.size())) != 1)
        throw std::runtime_error("the random number generator failed");
    std::array<unsigned char, 48> base64{};
    const int length = EVP_EncodeBlock(base64.data(), bytes.data(), static_cast<int>(bytes.size()));
    std::string key(base64.data(), base64.data() + length);
    std::ranges::replace(key, '+', '-');
    std::ranges::replace(key, '/', '_');
    key.erase(key.find_last_not_of('=') + 1);
    return std::string(prefix) + key;
}

} // namespace

bool ApiKey::opens(Access access) const noexcept {
    return std::ranges::find(scopes, access) != scopes.end();
}

std::vector<std::string_view> grantedScopes() {
    std::vector<std::string_view> names;
    for (const http::Scope& scope : http::scopes)
        if (scope.isGranted)
            names.push_back(scope.name);
    return names;
}

std::optional<ApiKey> parseApiKey(std::string_view entry) {
    const auto parts = split(entry, ":");
    if (parts.size() != 3 || !isName(parts[0]))
        return std::nullopt;
    auto scopes = parseScopes(split(parts[1], "+"));
    const auto digest = parseDigest(parts[2]);
    if (scopes.empty() || !digest)
        return std::nullopt;
    return ApiKey{std::string(parts[0]), std::move(scopes), *digest};
}

std::optional<NewApiKey> createApiKey(std::string_view name, std::string_view scopes) {
    const std::string scopeList = joined(parseScopes(splitList(scopes)));
    if (!isName(name) || scopeList.empty())
        return std::nullopt;
    const std::string key = randomKey();
    return NewApiKey{key, std::string(name) + ":" + scopeList + ":" + sha256Hex(key)};
}

} // namespace kubecred::auth
