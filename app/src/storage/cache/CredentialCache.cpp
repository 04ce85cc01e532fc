#include "CredentialCache.h"

#include <utility>

namespace kubecred::storage {
namespace {

std::size_t sizeOf(const CredentialCache::Entry& entry) {
    // With the nodes of list and map, as large as they are with this library.
    constexpr std::size_t overhead = sizeof(CredentialCache::Entry) + sizeof(Credential) + 100;
    const Credential& credential = *entry.credential;
    return overhead + credential.name.size() + credential.email.size() +
           credential.credentialType.size() + credential.metadata.size() +
           credential.issuedBy.size();
}

} // namespace

CredentialCache::CredentialCache(std::size_t entries, std::size_t bytes)
    : mostEntries_(entries), mostBytes_(bytes) {}

void CredentialCache::put(Entry entry) {
    const std::lock_guard lock(mutex_);
    bytes_ += sizeOf(entry);
    if (const auto known = byId_.find(entry.credential->id); known != byId_.end()) {
        bytes_ -= sizeOf(*known->second);
        *known->second = std::move(entry);
        entries_.splice(entries_.begin(), entries_, known->second);
    } else {
        entries_.push_front(std::move(entry));
        byId_.emplace(entries_.front().credential->id, entries_.begin());
    }
    while (entries_.size() > mostEntries_ || bytes_ > mostBytes_)
        erase(std::prev(entries_.end()));
}

void CredentialCache::remove(const Uuid& id) {
    const std::lock_guard lock(mutex_);
    if (const auto known = byId_.find(id); known != byId_.end())
        erase(known->second);
}

std::optional<CredentialCache::Entry> CredentialCache::find(const Uuid& id) {
    const std::lock_guard lock(mutex_);
    const auto known = byId_.find(id);
    if (known == byId_.end())
        return std::nullopt;
    entries_.splice(entries_.begin(), entries_, known->second);
    return *known->second;
}

CredentialCache::Size CredentialCache::size() const {
    const std::lock_guard lock(mutex_);
    return {entries_.size(), bytes_};
}

void CredentialCache::erase(Entries::iterator entry) {
    bytes_ -= sizeOf(*entry);
    byId_.erase(entry->credential->id);
    entries_.erase(entry);
}

} // namespace kubecred::storage
