#pragma once

#include "kubecred/http/Access.h"

#include <chrono>

namespace kubecred::issuance {

/// What the configuration says to this module, under `issuance.`.
struct IssuanceSettings {
    std::chrono::milliseconds timeout{2000}; ///< the longest wait for the database, for a request
    http::Access access = http::Access::anyone; ///< who may call
    bool answersPeers = false;                  ///< whether another service may look ids up
};

} // namespace kubecred::issuance
