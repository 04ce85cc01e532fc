#include "Daemon.h"

#include "HealthRoutes.h"
#include "auth/Authorizer.h"
#include "host/configuration/ConfigurationSources.h"
#include "host/logging/JsonLogger.h"
#include "host/metrics/ProcessMetrics.h"
#include "host/metrics/PrometheusMetrics.h"
#include "host/process/DescriptorLimit.h"
#include "host/process/Signals.h"
#include "host/process/StandardStreams.h"
#include "host/process/WorkerId.h"
#include "http/Address.h"
#include "http/Server.h"
#include "kubecred/BuildInfo.h"
#include "kubecred/ClassName.h"
#include "peer/CrossCheckedStorage.h"
#include "storage/Database.h"

#include <Poco/Exception.h>

#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <stdexcept>
#include <system_error>
#include <utility>

namespace kubecred::host {
namespace {

constexpr std::string_view keysNotReloaded = "API keys not reloaded: those from before stay in use";

// How long what has nothing to do any more may take to end: opening a session, most of all.
constexpr std::chrono::seconds farewell{3};

// How long the last answers may take: a little more than any request may wait.
constexpr std::chrono::seconds lastAnswers{11};

/// The port that the configuration names cannot be opened; what() says why.
class ListenFault : public std::runtime_error {
public:
    explicit ListenFault(int error, const std::string& otherwise)
        : std::runtime_error(error == 0 ? otherwise : std::generic_category().message(error)),
          error_(error) {}

    bool isTaken() const noexcept { return error_ == EADDRINUSE; }

    const char* advice() const noexcept {
        return error_ == EMFILE ? "allow it more file descriptors (ulimit -n)"
                                : "choose another with http.address and http.port (PORT)";
    }

private:
    int error_; // errno
};

/// The parts of a running daemon.
class Daemon {
public:
    explicit Daemon(Configuration configuration);

    /// Stops what was started, however long that takes, where `stop` has not.
    ~Daemon();
    Daemon(const Daemon&) = delete;
    Daemon& operator=(const Daemon&) = delete;

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
    void warnOfShortSecrets();
    void startModules();
    CredentialStorage& storageOf(std::string_view module);
    void logRoutes();
    void warnOfLockedRoutes();
    void listen();
    int awaitEnd();
    void reloadKeys();
    bool awaitRequests(std::chrono::milliseconds patience);
    bool stopServer();
    void stopModules();
    bool stopStorage(Deadline deadline);
    [[noreturn]] void leave(int status);
    Identity identity() const;
    std::string moduleNames() const;

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
    auth::KeyRing keys_;
    auth::Authorizer authorizer_;
    http::Router router_;
    std::atomic<bool> draining_{false};
    HealthRoutes health_;
    http::Dispatcher dispatcher_;
    http::Server server_;
    std::vector<Module*> started_;
};

std::string workerIdOf(const HostSettings& settings) {
    if (!settings.workerId.empty())
        return settings.workerId;
    return findWorkerId(environmentVariable("ECS_CONTAINER_METADATA_URI_V4").value_or(""));
}

Daemon::Daemon(Configuration configuration)
    : configuration_(std::move(configuration)),
      workerId_(workerIdOf(settings_)),
      logger_(STDOUT_FILENO, settings_.logLevel, settings_.serviceName, workerId_, clock_),
      database_(settings_.database, logger_, clock_, metrics_),
      keys_(settings_.keys),
      authorizer_(keys_),
      health_(identity(), database_, draining_),
      dispatcher_(router_, authorizer_, logger_, metrics_, settings_.cors,
                  settings_.trustedProxies),
      server_(limits_, dispatcher_, logger_, metrics_, draining_) {
    if (settings_.crossCheck)
        crossChecked_.emplace(database_, *settings_.crossCheck, logger_, metrics_);
}

Identity Daemon::identity() const {
    Identity identity{settings_.serviceName, workerId_, {}};
    for (const auto& loaded : configuration_.modules)
        identity.modules.push_back(loaded.name);
    return identity;
}

std::string Daemon::moduleNames() const {
    std::string names;
    for (const auto& loaded : configuration_.modules)
        names.append(names.empty() ? "" : ", ").append(loaded.name);
    return names;
}

void Daemon::start() {
    logDescriptorLimit();
    health_.addTo(router_);
    addMetricsRoute();
    warnOfShortSecrets();
    startModules();
    logRoutes();
    database_.start();
    if (crossChecked_)
        crossChecked_->start();
    listen();
    logger_.log(LogLevel::info, "listening",
                {{"address", std::string_view(settings_.endpoint.address)},
                 {"port", std::int64_t{server_.port()}},
                 {"modules", moduleNames()},
                 {"version", version}});
}

// What cannot be opened is told in several kinds of exception.
void Daemon::listen() {
    const auto& [address, port] = settings_.endpoint;
    try {
        server_.start({http::parseAddress(address).value(), port});
    } catch (const Poco::Exception& exception) {
        throw ListenFault(exception.code(), exception.message());
    } catch (const std::system_error& error) {
        throw ListenFault(error.code().value(), error.code().message());
    }
}

void Daemon::logDescriptorLimit() {
    const auto wanted = settings_.limits.connections;
    const auto most = limits_.connections;
    logger_.log(most < wanted ? LogLevel::warn : LogLevel::info,
                most < wanted ? "http.maxConnections lowered to the limit of file descriptors"
                              : "limit of file descriptors",
                {{"descriptors", static_cast<std::int64_t>(descriptors_)},
                 {"maxConnections", static_cast<std::int64_t>(most)}});
}

void Daemon::addMetricsRoute() {
    addProcessMetrics(metrics_);
    router_.add(http::Method::get, "/metrics", http::Access::admin, [this](const http::Request&) {
        return http::Response{200, metrics_.text(), {}, "text/plain; version=0.0.4; charset=utf-8"};
    });
}

void Daemon::warnOfShortSecrets() {
    for (const auto setting : shortSecrets(settings_.keySources))
        logger_.log(LogLevel::warn, "a secret is short enough to be guessed",
                    {{"setting", setting}, {"wanted", "at least 32 random characters"}});
}

void Daemon::startModules() {
    const bool beyondLoopback =
        !http::parseAddress(settings_.endpoint.address).value().isLoopback();
    for (const auto& loaded : configuration_.modules) {
        const ModuleContext context{router_,  storageOf(loaded.name), clock_,   logger_,
                                    metrics_, beyondLoopback,         workerId_};
        guardModule(loaded.name, "did not start", [&] { loaded.module->start(context); });
        started_.push_back(loaded.module.get());
    }
}

// No other module asks the peer: what it asks is answered from the database of the peer alone, so
// that no question can go round in a circle.
CredentialStorage& Daemon::storageOf(std::string_view module) {
    if (crossChecked_ && module == "verification")
        return *crossChecked_;
    return database_;
}

void Daemon::logRoutes() {
    for (const auto& [method, path, access] : router_.routes())
        logger_.log(LogLevel::debug, "route",
                    {{"method", nameOf(method)}, {"route", path}, {"access", nameOf(access)}});
    warnOfLockedRoutes();
}

void Daemon::warnOfLockedRoutes() {
    for (const auto& [method, path, access] : router_.routes()) {
        const bool isForCallers = access == http::Access::issue || access == http::Access::verify;
        if (isForCallers && !keys_.anyOpens(access))
            logger_.log(LogLevel::warn, "nobody can call a route: no API key has its scope",
                        {{"route", path}, {"scope", nameOf(access)}});
    }
}

// Until a signal ends the service; SIGHUP does where it comes of closing the terminal.
int Daemon::awaitEnd() {
    int signal = waitForSignal();
    for (; signal == SIGHUP && !isTerminalClosed(); signal = waitForSignal())
        reloadKeys();
    return signal;
}

void Daemon::reloadKeys() {
    try {
        auto keys = readKeys(settings_.keySources);
        const auto count = static_cast<std::int64_t>(keys.size());
        keys_.replace(std::move(keys));
        logger_.log(LogLevel::info, "API keys reloaded", {{"keys", count}});
        warnOfLockedRoutes();
    } catch (const KeyFault& fault) {
        logger_.log(LogLevel::error, keysNotReloaded,
                    {{"setting", std::string_view(fault.setting())},
                     {"wanted", std::string_view(fault.what())}});
    } catch (const std::exception& exception) {
        logger_.log(LogLevel::error, keysNotReloaded, {{"error", classNameOf(exception)}});
    }
}

void Daemon::serve() {
    const int signal = awaitEnd();
    draining_ = true;
    logger_.log(LogLevel::info, "draining");
    if (signal != SIGINT)
        waitForEndSignal(settings_.shutdownGrace); // a second signal cuts it short
    server_.finish();
    if (!awaitRequests(settings_.shutdownTimeout))
        logger_.log(LogLevel::warn, "requests still in flight at the end of the shutdown");
}

// False where requests are still in flight at the end.
bool Daemon::awaitRequests(std::chrono::milliseconds patience) {
    return comesTrueInTime(
        [this](Deadline deadline) { return server_.waitUntilFinished(deadline); }, patience);
}

void Daemon::stop(int status) {
    if (!stopServer())
        leave(ExitStatus::failed);
    stopModules();
    if (!comesTrueInTime([this](Deadline deadline) { return stopStorage(deadline); }, farewell))
        leave(status);
    logger_.log(LogLevel::info, "stopped");
    if (!logger_.finish())
        std::_Exit(status);
}

// Storage ends what still waits for it. What hangs even there is answered when it is overdue.
bool Daemon::stopServer() {
    const auto now = std::chrono::steady_clock::now();
    const bool isBusy = !server_.waitUntilFinished(now);
    return comesTrueInTime(
        [&](Deadline deadline) {
            if (isBusy)
                stopStorage(now);
            return server_.stop(deadline);
        },
        lastAnswers);
}

void Daemon::stopModules() {
    for (auto module = started_.rbegin(); module != started_.rend(); ++module)
        (*module)->stop();
    started_.clear();
}

bool Daemon::stopStorage(Deadline deadline) {
    const bool isPeerOver = !crossChecked_ || crossChecked_->stop(deadline);
    return database_.stop(deadline) && isPeerOver;
}

void Daemon::leave(int status) {
    logger_.log(LogLevel::warn, "a part of the service does not end: stopped without it");
    logger_.log(LogLevel::info, "stopped");
    logger_.finish();
    std::_Exit(status);
}

Daemon::~Daemon() {
    server_.stop();
    stopModules();
    stopStorage(Deadline::max());
}

int cannotListen(const HostSettings& settings, const ListenFault& fault) {
    std::cerr << "kube-credential: cannot listen on " << settings.endpoint.address << " port "
              << settings.endpoint.port << ": " << fault.what() << "; " << fault.advice() << "\n";
    return fault.isTaken() ? ExitStatus::unavailable : ExitStatus::configuration;
}

int startAndServe(Daemon& daemon, const HostSettings& settings) {
    try {
        daemon.start();
    } catch (const ModuleError& error) {
        std::cerr << "kube-credential: " << error.what() << "\n";
        return ExitStatus::configuration;
    } catch (const ListenFault& fault) {
        return cannotListen(settings, fault);
    }
    daemon.serve();
    return ExitStatus::ok;
}

} // namespace

int runDaemon(Configuration configuration) {
    const HostSettings settings = configuration.settings;
    storage::prepareEnvironment(settings.database);
    Daemon daemon(std::move(configuration));
    const int status = startAndServe(daemon, settings);
    daemon.stop(status);
    return status;
}

} // namespace kubecred::host
