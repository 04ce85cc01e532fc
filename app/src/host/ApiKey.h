#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace kubecred::host {

/// A fresh API key: the key itself, which is shown once and kept nowhere, and the entry by which
/// the service recognizes it.
struct NewApiKey {
    std::string key;   ///< `kc_` and 256 random bits in URL-safe base64
    std::string entry; ///< `name:scope+scope:sha256-in-hex`
};

/// Makes a key. `name`: 1 to 64 characters of `A-Z a-z 0-9 . _ -`; `scopes`: a comma-separated
/// list of `issue`, `verify` and `admin`. Nothing where either is not.
std::optional<NewApiKey> createApiKey(std::string_view name, std::string_view scopes);

} // namespace kubecred::host
