#pragma once

#include "kubecred/Clock.h"
#include "kubecred/domain/Uuid.h"

#include <string>

namespace kubecred {

/// What was issued to whom, by which worker and when. Texts are UTF-8, kept exactly as given.
struct Credential {
    Uuid id;
    std::string name;           ///< 1 to 255 characters
    std::string email;          ///< 1 to 255 characters
    std::string credentialType; ///< 1 to 100 characters
    std::string metadata;       ///< a JSON object as text; `{}` where there is none
    std::string issuedBy;       ///< id of the worker that issued it
    Timestamp issuedAt;
};

} // namespace kubecred
