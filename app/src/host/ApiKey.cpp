#include "ApiKey.h"

#include "kubecred/Digest.h"
#include "kubecred/Text.h"

#include <openssl/evp.h>
#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <stdexcept>

namespace kubecred::host {
namespace {

constexpr std::array<std::string_view, 3> knownScopes{"issue", "verify", "admin"};

bool isName(std::string_view name) {
    constexpr std::string_view characters =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
    return !name.empty() && name.size() <= 64 &&
           name.find_first_not_of(characters) == std::string_view::npos;
}

std::string joinedScopes(std::string_view list) {
    std::string joined;
    for (const auto scope : splitList(list)) {
        if (std::ranges::find(knownScopes, scope) == knownScopes.end())
            return {};
        joined.append(joined.empty() ? "" : "+").append(scope);
    }
    return joined;
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
    return "kc_" + key;
}

} // namespace

std::optional<NewApiKey> createApiKey(std::string_view name, std::string_view scopes) {
    const std::string joined = joinedScopes(scopes);
    if (!isName(name) || joined.empty())
        return std::nullopt;
    const std::string key = randomKey();
    return NewApiKey{key, std::string(name) + ":" + joined + ":" + sha256Hex(key)};
}

} // namespace kubecred::host
