#pragma once

#include "HealthRoutes.h"
#include "LiveKeys.h"
#include "RunningModules.h"
#include "host/configuration/Configuration.h"
#include "host/logging/JsonLogger.h"
#include "host/metrics/PrometheusMetrics.h"
#include "host/process/DescriptorLimit.h"
#include "http/connection/Server.h"
#include "peer/CrossCheckedStorage.h"
#include "storage/Database.h"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace kubecred::host {

/// The parts of a running daemon. Used by one thread.
class Daemon {
public:
    explicit Daemon(Configuration configuration);

    /// Stops what was started, however long that takes, where `stop` has not.
    ~Daemon();
    Daemon(const Daemon&) = delete;
    Daemon& operator=(const Daemon&) = delete;

    /// Starts the database, the modules and the HTTP front, in that order. Throws ModuleError and
    /// ListenFault.
    void start();

    /// Serves until a signal, and then until the end of the requests under way.
    void serve();

    /// Stops what was started. Where a part of it does not end, as a thread that waits for a disk,
    /// ends the process here, with this exit status where every request was answered: what such a
    /// thread uses must not be destroyed.
    void stop(int status);

private:
    void logDescriptorLimit();
    void addMetricsRoute();
    ModuleContext lentTo(std::string_view module);
    CredentialStorage& storageOf(std::string_view module);
    void logRoutes();
    void listen();
    int awaitEnd();
    bool awaitRequests(std::chrono::milliseconds patience);
    bool stopServer();
    bool stopStorage(Deadline deadline);
    [[noreturn]] void leave(int status);
    Identity identity() const;

    Configuration configuration_;
    const HostSettings& settings_ = configuration_.settings;
    const std::uint64_t descriptors_ = raiseDescriptorLimit();
    const http::Limits limits_ = fitted(settings_.limits, descriptors_);
    SystemClock clock_;
    std::string workerId_;
    JsonLogger logger_;
    PrometheusMetrics metrics_;
    storage::Database database_;
    std::optional<peer::CrossCheckedStorage> crossChecked_;
    LiveKeys keys_;
    RunningModules modules_;
    http::Router router_;
    std::atomic<bool> draining_{false};
    HealthRoutes health_;
    http::Dispatcher dispatcher_;
    http::Server server_;
};

} // namespace kubecred::host
