#pragma once

#include "kubecred/http/Access.h"

#include <chrono>

namespace kubecred::verification {

/// What the configuration says to this module, under `verification.`.
struct VerificationSettings {
    std::chrono::milliseconds timeout{2000}; ///< the longest wait for the database, for a request
    http::Access access = http::Access::anyone; ///< who may call
};

} // namespace kubecred::verification
