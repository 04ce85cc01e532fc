#include "RunDaemon.h"

#include "Daemon.h"
#include "ListenFault.h"
#include "host/process/ExitStatus.h"

#include <iostream>
#include <utility>

namespace kubecred::host {
namespace {

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
