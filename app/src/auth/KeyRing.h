#pragma once

#include "ApiKey.h"

#include <optional>
#include <shared_mutex>
#include <string_view>
#include <vector>

namespace kubecred::auth {

/// The API keys that open the service at the moment. Safe to use from several threads at once.
class KeyRing {
public:
    explicit KeyRing(std::vector<ApiKey> keys) : keys_(std::move(keys)) {}

    /// From now on these keys open the service, and no other.
    void replace(std::vector<ApiKey> keys);

    /// The entry of this key; nothing for an unknown one. How long it takes tells nothing of the
    /// keys: what is compared are digests, each to its end and all of them.
    std::optional<ApiKey> find(std::string_view key) const;

    /// Whether there is a key that opens this.
    bool anyOpens(http::Access access) const;

private:
    mutable std::shared_mutex mutex_;
    std::vector<ApiKey> keys_; // guarded by mutex_
};

} // namespace kubecred::auth
