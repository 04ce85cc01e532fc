#include "IssuanceModule.h"

#include "IssueHandler.h"

namespace kubecred::issuance {

void IssuanceModule::configure(Settings& settings) {
    settings_.timeout =
        std::chrono::milliseconds(settings.integer("issuance.timeoutMs", 2000, 100, 10000));
}

void IssuanceModule::start(const ModuleContext& context) {
    service_.emplace(context.storage.writer(), context.clock, context.workerId, settings_);
    context.router.add(http::Method::post, "/issuance/credentials", IssueHandler(*service_));
}

void IssuanceModule::stop() noexcept { service_.reset(); }

} // namespace kubecred::issuance
