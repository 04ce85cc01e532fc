#pragma once

#include "kubecred/Clock.h"
#include "kubecred/http/Router.h"
#include "storage/Database.h"

#include <atomic>
#include <chrono>
#include <string>
#include <vector>

namespace kubecred::host {

/// What the process is, for those who ask about its health.
struct Identity {
    std::string serviceName;
    std::string workerId;
    std::vector<std::string> modules;
};

/// `/health`, and `/health/details` for admins, for the process and under each module's name. Never
/// touches the database: it tells what the circuit breakers have noticed.
class HealthRoutes {
public:
    /// The references must outlive this object, and this object the router.
    HealthRoutes(Identity identity, const storage::Database& database,
                 const std::atomic<bool>& draining);

    void addTo(http::Router& router) const;

private:
    http::Response health(const std::string& service) const;
    http::Response details(const std::string& service) const;
    std::string_view status() const;

    const Identity identity_;
    const storage::Database& database_;
    const std::atomic<bool>& draining_;
    const std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
};

} // namespace kubecred::host
