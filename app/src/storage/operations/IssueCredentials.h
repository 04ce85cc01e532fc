#pragma once

#include "kubecred/domain/CredentialWriter.h"
#include "storage/batching/Batcher.h"
#include "storage/batching/Job.h"

#include <vector>

namespace kubecred::storage {

/// How credentials that travel together are recorded: in one statement and one durable commit. As
/// BatchedOperation says.
struct Issuing {
    using Job = storage::Job<Credential, IssueOutcome>;

    static Deferred<Done> perform(Lease& lease, std::vector<Job>& jobs);
    static bool isAboutOne(Fault fault) noexcept;
    static bool waitForTheSame(const Job& one, const Job& other);
};

extern template class Batcher<Issuing>; // compiled once: g++ 12 tells the copies of a coroutine
                                        // apart

/// Records credentials, those that arrive together in batches; each caller gets an answer of its
/// own.
class IssueCredentials final : public CredentialWriter {
public:
    /// The pool is one for writing; it must outlive this object.
    explicit IssueCredentials(SessionPool& pool);

    Deferred<IssueOutcome> issue(const Credential& credential,
                                 const RequestContext& context) override;

private:
    Batcher<Issuing> batcher_; // one for all loops: a commit costs as much as many rows
};

} // namespace kubecred::storage
