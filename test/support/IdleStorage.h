#pragma once

#include "kubecred/domain/CredentialStorage.h"

#include <optional>
#include <string>

namespace kubecred::test {

/// Storage that records everything and keeps nothing; knows which ports were asked for.
class IdleStorage final : public CredentialStorage, CredentialReader, CredentialWriter {
public:
    CredentialReader& reader() override {
        asked += "reader ";
        return *this;
    }
    CredentialWriter& writer() override {
        asked += "writer ";
        return *this;
    }

    std::string asked;

private:
    Deferred<std::optional<FoundCredential>> find(const LookUp&, const RequestContext&) override {
        return std::optional<FoundCredential>();
    }
    Deferred<IssueOutcome> issue(const Credential&, const RequestContext&) override {
        return IssueOutcome(Issued{});
    }
};

} // namespace kubecred::test
