#include "CredentialStore.h"

#include "kubecred/Error.h"

namespace kubecred::storage {
namespace {

Error unavailable(const StorageError& error) {
    return Error::unavailable("database " + std::string(nameOf(error.fault())));
}

IssueOutcome settle(Session& session, const Credential& credential, Deadline deadline) {
    // What the insert lost against is there to be found, unless it was deleted in between.
    while (std::chrono::steady_clock::now() < deadline) {
        if (session.insert(credential, deadline))
            return Issued{};
        if (auto same = session.findSame(credential, deadline))
            return *std::move(same);
    }
    throw StorageError(Fault::timedOut);
}

} // namespace

CredentialStore::CredentialStore(SessionPool& pool) : pool_(pool) {}

std::optional<Credential> CredentialStore::find(const Uuid& id, Deadline deadline) {
    try {
        const auto session = pool_.acquire(deadline);
        return session->findById(id, deadline);
    } catch (const StorageError& error) {
        throw unavailable(error);
    }
}

IssueOutcome CredentialStore::issue(const Credential& credential, Deadline deadline) {
    try {
        const auto session = pool_.acquire(deadline);
        return settle(*session, credential, deadline);
    } catch (const StorageError& error) {
        throw unavailable(error);
    }
}

} // namespace kubecred::storage
