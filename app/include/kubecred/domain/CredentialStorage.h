#pragma once

#include "kubecred/domain/CredentialReader.h"
#include "kubecred/domain/CredentialWriter.h"

namespace kubecred {

/// Where the ports of storage come from. A module asks in Module::start for those that it stands
/// on: a port that nobody asks for needs no connection and no privilege.
class CredentialStorage {
public:
    virtual ~CredentialStorage() = default;
    virtual CredentialReader& reader() = 0;
    virtual CredentialWriter& writer() = 0;
};

/// Lends the ports of another storage: those that a derived class does not put others in place of.
class CredentialStorageDecorator : public CredentialStorage {
public:
    /// `own` must outlive this object.
    explicit CredentialStorageDecorator(CredentialStorage& own) noexcept : own_(own) {}

    CredentialReader& reader() override { return own_.reader(); }
    CredentialWriter& writer() override { return own_.writer(); }

private:
    CredentialStorage& own_;
};

} // namespace kubecred
