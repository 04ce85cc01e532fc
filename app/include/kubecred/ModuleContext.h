#pragma once

#include "kubecred/Clock.h"
#include "kubecred/Log.h"
#include "kubecred/Metrics.h"
#include "kubecred/domain/CredentialStorage.h"
#include "kubecred/http/Router.h"

#include <string>

namespace kubecred {

/// What the host lends a module from Module::start until Module::stop has returned.
/// Clock, logger and ports are safe to use from several threads at once.
struct ModuleContext {
    http::Router& router;       ///< for use within Module::start only
    CredentialStorage& storage; ///< for use within Module::start only; the ports stay
    const Clock& clock;
    Logger& logger;
    Metrics& metrics;
    bool beyondLoopback;  ///< whether other machines may reach the service
    std::string workerId; ///< who signs what this process issues and verifies
};

} // namespace kubecred
