#pragma once

#include "kubecred/domain/CredentialReader.h"
#include "storage/batching/Job.h"
#include "storage/batching/LoopBatchers.h"

#include <cstdint>
#include <optional>
#include <vector>

namespace kubecred::storage {

/// How look-ups that travel together are answered. As BatchedOperation says.
struct Finding {
    using Job = storage::Job<Uuid, std::optional<FoundCredential>>;

    /// Metadata beyond so many bytes does not travel beside others: a batch of credentials takes a
    /// few megabytes at most.
    static constexpr std::int64_t mostBytesBesideOthers = 16384;

    static Deferred<Done> perform(Lease& lease, std::vector<Job>& jobs);
    static bool isAboutOne(Fault fault) noexcept;
    static bool waitForTheSame(const Job& one, const Job& other) noexcept;
};

extern template class Batcher<Finding>; // compiled once: g++ 12 tells the copies of a coroutine
                                        // apart

/// Looks credentials up by id, those that arrive together in batches.
class FindCredentials final : public CredentialReader {
public:
    /// The pool is one for reading; it must outlive this object.
    explicit FindCredentials(SessionPool& pool);

    Deferred<std::optional<FoundCredential>> find(const LookUp& lookUp,
                                                  const RequestContext& context) override;

private:
    LoopBatchers<Finding> batchers_;
};

} // namespace kubecred::storage
