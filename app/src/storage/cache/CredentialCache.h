#pragma once

#include "kubecred/Clock.h"
#include "kubecred/domain/Credential.h"

#include <cstddef>
#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <unordered_map>

namespace kubecred::storage {

/// The credentials that a database confirmed most recently, bounded in number and in bytes; the
/// one that was used longest ago leaves first. Credentials never change, so what is here was true
/// when it was confirmed. Safe to call from several threads at once.
class CredentialCache {
public:
    struct Entry {
        std::shared_ptr<const Credential> credential; ///< never null
        Timestamp asOf;                               ///< when it was confirmed
        std::chrono::steady_clock::time_point
            confirmed; ///< the same, on the clock that never jumps
    };

    /// `entries` and `bytes`: the most to keep.
    CredentialCache(std::size_t entries, std::size_t bytes);

    void put(Entry entry);
    void remove(const Uuid& id);
    std::optional<Entry> find(const Uuid& id);

    struct Size {
        std::size_t entries = 0;
        std::size_t bytes = 0;
    };
    Size size() const;

private:
    using Entries = std::list<Entry>; // used most recently first

    void erase(Entries::iterator entry);

    const std::size_t mostEntries_;
    const std::size_t mostBytes_;

    mutable std::mutex mutex_; // guards everything below
    Entries entries_;
    std::unordered_map<Uuid, Entries::iterator, Uuid::Hash> byId_;
    std::size_t bytes_ = 0;
};

} // namespace kubecred::storage
