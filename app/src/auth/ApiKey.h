#pragma once

#include "kubecred/Digest.h"
#include "kubecred/http/Access.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kubecred::auth {

/// An API key as the service keeps it: who holds it and what it opens, but not the key itself.
struct ApiKey {
    std::string name; ///< 1 to 64 characters of `A-Z a-z 0-9 . _ -`, and no key itself
    std::vector<http::Access> scopes;
    Digest digest{}; ///< SHA-256 of the key

    bool opens(http::Access access) const noexcept;
};

/// The scopes that operators make keys of, by name.
std::vector<std::string_view> grantedScopes();

/// Reads an entry `name:scope+scope:sha256-in-hex`; nothing where it is none.
std::optional<ApiKey> parseApiKey(std::string_view entry);

/// A fresh API key: the key itself, which is shown once and kept nowhere, and its entry.
struct NewApiKey {
    std::string key; ///< `kc_` and 256 random bits in URL-safe base64
    std::string entry;
};

/// Makes a key. `scopes`: a comma-separated list of `grantedScopes`. Nothing where either that or
/// the name is not as it should be.
std::optional<NewApiKey> createApiKey(std::string_view name, std::string_view scopes);

} // namespace kubecred::auth
