#include "Daemon.h"

#include "ListenFault.h"
#include "host/configuration/ConfigurationSources.h"
#include "host/metrics/ProcessMetrics.h"
#include "host/modules/KnownModules.h"
#include "host/process/ExitStatus.h"
#include "host/process/Signals.h"
#include "host/process/StandardStreams.h"
#include "host/process/WorkerId.h"
#include "http/Address.h"
#include "kubecred/BuildInfo.h"
#include "kubecred/Text.h"

#include <Poco/Exception.h>

#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <system_error>
#include <utility>
#include <vector>

namespace kubecred::host {
namespace {

// How long what has nothing to do any more may take to end: opening a session, most of all.
constexpr std::chrono::seconds farewell{3};

// How long the last answers may take: a little more than any request may wait.
constexpr std::chrono::seconds lastAnswers{11};

std::string workerIdOf(const HostSettings& settings) {
    if (!settings.workerId.empty())
        return settings.workerId;
    return findWorkerId(environmentVariable("ECS_CONTAINER_METADATA_URI_V4").value_or(""));
}

} // namespace

Daemon::Daemon(Configuration configuration)
    : configuration_(std::move(configuration)),
      workerId_(workerIdOf(settings_)),
      logger_(STDOUT_FILENO, settings_.logLevel, settings_.serviceName, workerId_, clock_),
      database_(settings_.database, logger_, clock_, metrics_),
      keys_(settings_.keySources, settings_.keys, logger_),
      modules_(configuration_.modules),
      health_(identity(), database_, draining_),
      dispatcher_(router_, keys_.authorizer(), logger_, metrics_, settings_.cors,
                  settings_.trustedProxies),
      server_(limits_, dispatcher_, logger_, metrics_, draining_) {
    if (settings_.crossCheck)
        crossChecked_.emplace(database_, *settings_.crossCheck, logger_, metrics_);
}

Identity Daemon::identity() const { return {settings_.serviceName, workerId_, modules_.names()}; }

void Daemon::start() {
    logDescriptorLimit();
    health_.addTo(router_);
    addMetricsRoute();
    keys_.warnOfShortSecrets();
    modules_.start([this](const std::string& name) { return lentTo(name); });
    logRoutes();
    database_.start();
    if (crossChecked_)
        crossChecked_->start();
    listen();
    const auto modules = modules_.names();
    const std::vector<std::string_view> names(modules.begin(), modules.end());
    logger_.log(LogLevel::info, "listening",
                {{"address", std::string_view(settings_.endpoint.address)},
                 {"port", std::int64_t{server_.port()}},
                 {"modules", join(names, ", ")},
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
    router_.add(http::Method::get, "/metrics",
                {.access = http::Access::admin, .unknownQuery = http::UnknownQuery::ignored},
                [this](const http::Request&, const RequestContext&) {
                    return http::Response{
                        200, metrics_.text(), {}, "text/plain; version=0.0.4; charset=utf-8"};
                });
}

ModuleContext Daemon::lentTo(std::string_view module) {
    return {.router = router_,
            .storage = storageOf(module),
            .clock = clock_,
            .logger = logger_,
            .metrics = metrics_,
            .beyondLoopback = !http::parseAddress(settings_.endpoint.address).value().isLoopback(),
            .workerId = workerId_};
}

CredentialStorage& Daemon::storageOf(std::string_view module) {
    const KnownModule* known = findKnownModule(module);
    if (crossChecked_ && known != nullptr && known->asksPeer)
        return *crossChecked_;
    return database_;
}

void Daemon::logRoutes() {
    for (const auto& [method, path, access] : router_.routes())
        logger_.log(LogLevel::debug, "route",
                    {{"method", nameOf(method)}, {"route", path}, {"access", nameOf(access)}});
    keys_.warnOfLockedRoutes(router_);
}

// Until a signal ends the service; SIGHUP does where it comes of closing the terminal.
int Daemon::awaitEnd() {
    int signal = waitForSignal();
    for (; signal == SIGHUP && !isTerminalClosed(); signal = waitForSignal())
        keys_.reload(router_);
    return signal;
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
    modules_.stop();
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
    modules_.stop();
    stopStorage(Deadline::max());
}

} // namespace kubecred::host
