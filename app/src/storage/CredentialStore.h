#pragma once

#include "SessionPool.h"
#include "kubecred/domain/CredentialReader.h"
#include "kubecred/domain/CredentialWriter.h"

namespace kubecred::storage {

/// The credentials in a database, whichever it is.
class CredentialStore final : public CredentialReader, public CredentialWriter {
public:
    /// `pool` must outlive this object.
    explicit CredentialStore(SessionPool& pool);

    std::optional<Credential> find(const Uuid& id, Deadline deadline) override;
    IssueOutcome issue(const Credential& credential, Deadline deadline) override;

private:
    SessionPool& pool_;
};

} // namespace kubecred::storage
