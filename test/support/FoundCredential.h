#pragma once

#include "kubecred/domain/CredentialReader.h"

#include <memory>
#include <optional>
#include <utility>

namespace kubecred::test {

/// As a reader tells of it.
inline FoundCredential foundCredential(Credential credential, std::optional<Timestamp> asOf = {}) {
    return {std::make_shared<const Credential>(std::move(credential)), asOf};
}

} // namespace kubecred::test
