#pragma once

#include "CredentialCache.h"
#include "kubecred/Clock.h"
#include "kubecred/Metrics.h"
#include "kubecred/domain/CredentialReader.h"
#include "kubecred/domain/CredentialWriter.h"
#include "storage/DatabaseSettings.h"

#include <chrono>

namespace kubecred::storage {

/// Answers from the cache what is fresh in it: credentials never change. While the database behind
/// `reader` is out of reach, answers what is stale too, and says so; an id that is not in the cache
/// stays unanswered then, since it may well be genuine.
class CachedReader final : public CredentialReader {
public:
    /// The references to services must outlive this object.
    CachedReader(CredentialReader& reader, CredentialCache& cache, const CacheSettings& settings,
                 const Clock& clock, Metrics& metrics);

    Deferred<std::optional<FoundCredential>> find(const LookUp& lookUp,
                                                  const RequestContext& context) override;

private:
    Outcome<std::optional<FoundCredential>>
    settled(const Uuid& id, Outcome<std::optional<FoundCredential>> outcome);
    void remember(const Uuid& id, const std::optional<FoundCredential>& found);
    std::optional<CredentialCache::Entry> recall(const Uuid& id, std::chrono::seconds most);

    CredentialReader& reader_;
    CredentialCache& cache_;
    const std::chrono::seconds fresh_;
    const std::chrono::seconds stale_;
    const Clock& clock_;
    Counter& hits_;
    Counter& misses_;
};

/// Puts what was issued into the cache of the process.
class CachingWriter final : public CredentialWriter {
public:
    /// The references must outlive this object.
    CachingWriter(CredentialWriter& writer, CredentialCache& cache, const Clock& clock);

    Deferred<IssueOutcome> issue(const Credential& credential,
                                 const RequestContext& context) override;

private:
    CredentialWriter& writer_;
    CredentialCache& cache_;
    const Clock& clock_;
};

} // namespace kubecred::storage
