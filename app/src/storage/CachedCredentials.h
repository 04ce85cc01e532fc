#pragma once

#include "CredentialCache.h"
#include "kubecred/Clock.h"
#include "kubecred/Metrics.h"
#include "kubecred/domain/CredentialReader.h"
#include "kubecred/domain/CredentialWriter.h"

#include <chrono>

namespace kubecred::storage {

/// Answers from the cache while the database behind `reader` is out of reach, and says so. An id
/// that is not in the cache stays unanswered then: it may well be genuine.
class CachedReader final : public CredentialReader {
public:
    /// `stale`: how long after its confirmation a credential may be answered so. The references
    /// must outlive this object.
    CachedReader(CredentialReader& reader, CredentialCache& cache, std::chrono::seconds stale,
                 const Clock& clock, Metrics& metrics);

    Deferred<std::optional<FoundCredential>> find(const Uuid& id, Deadline deadline) override;

private:
    Outcome<std::optional<FoundCredential>> settle(const Uuid& id,
                                                   Outcome<std::optional<FoundCredential>> outcome);
    void remember(const Uuid& id, const std::optional<FoundCredential>& found);
    std::optional<FoundCredential> recall(const Uuid& id);

    CredentialReader& reader_;
    CredentialCache& cache_;
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

    Deferred<IssueOutcome> issue(const Credential& credential, Deadline deadline) override;

private:
    CredentialWriter& writer_;
    CredentialCache& cache_;
    const Clock& clock_;
};

} // namespace kubecred::storage
