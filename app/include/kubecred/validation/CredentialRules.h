#pragma once

#include "kubecred/validation/Fields.h"

namespace kubecred::validation {

// What the texts of a credential are like, whoever tells of one: the columns of its table hold no
// more.

inline constexpr TextRule nameRule{255, "Name is required"};
inline constexpr TextRule emailRule{255, {}, true};
inline constexpr TextRule credentialTypeRule{100, "Credential type is required"};
inline constexpr TextRule issuedByRule{255, "Issuer is required"};

} // namespace kubecred::validation
