#include "KeyRing.h"

#include <algorithm>
#include <mutex>
#include <utility>

namespace kubecred::auth {

void KeyRing::replace(std::vector<ApiKey> keys) {
    const std::lock_guard lock(mutex_);
    keys_ = std::move(keys);
}

std::optional<ApiKey> KeyRing::find(std::string_view key) const {
    const Digest digest = sha256(key);
    const std::shared_lock lock(mutex_);
    const ApiKey* found = nullptr;
    for (const ApiKey& candidate : keys_)
        if (equalDigests(candidate.digest, digest))
            found = &candidate; // and on, to take as long for every key
    return found != nullptr ? std::optional(*found) : std::nullopt;
}

bool KeyRing::anyOpens(http::Access access) const {
    const std::shared_lock lock(mutex_);
    return std::ranges::any_of(keys_, [&](const ApiKey& key) { return key.opens(access); });
}

} // namespace kubecred::auth
