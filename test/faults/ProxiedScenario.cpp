#include "ProxiedScenario.h"

namespace kubecred::test {

void ProxiedScenario::setUp() {
    FaultScenario::setUp();
    query("CREATE ROLE service LOGIN "
          "IN ROLE kube_credential_issuance, kube_credential_verification");
    properties_["database.user"] = "service";
    proxy_ = std::make_unique<TcpProxy>(server_->port());
    properties_["database.port"] = std::to_string(proxy_->port());
    startWorker();
    startWorker();
}

void ProxiedScenario::tearDown() {
    workers_.clear();
    proxy_.reset();
    FaultScenario::tearDown();
}

} // namespace kubecred::test
