#include "IssuanceModule.h"

#include "IssueHandler.h"

namespace kubecred::issuance {

void IssuanceModule::configure(Settings& settings) {
    constexpr std::string_view modes[] = {"off", "keys"};
    settings_.access = settings.choice("issuance.auth", "off", modes) == "keys"
                           ? http::Access::issue
                           : http::Access::anyone;
    settings_.timeout =
        std::chrono::milliseconds(settings.integer("issuance.timeoutMs", 2000, 100, 10000));
}

void IssuanceModule::start(const ModuleContext& context) {
    service_.emplace(context.storage.writer(), context.clock, context.workerId, settings_,
                     context.metrics);
    context.router.add(http::Method::post, "/issuance/credentials", settings_.access,
                       IssueHandler(*service_));
    if (settings_.access == http::Access::anyone && context.beyondLoopback)
        context.logger.log(LogLevel::warn,
                           "anybody who reaches this machine can issue: set issuance.auth=keys");
}

void IssuanceModule::stop() noexcept { service_.reset(); }

} // namespace kubecred::issuance
