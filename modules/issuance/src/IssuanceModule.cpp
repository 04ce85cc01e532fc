#include "IssuanceModule.h"

#include "IssueHandler.h"
#include "LookUpHandler.h"
#include "kubecred/http/AccessSetting.h"

namespace kubecred::issuance {

void IssuanceModule::configure(Settings& settings) {
    settings_.access = http::readAccess(settings, "issuance.auth", http::Access::issue);
    settings_.timeout = std::chrono::milliseconds(
        settings.integer("issuance.timeoutMs", 2000, 100, http::longestTimeout.count()));
    settings_.answersPeers = !settings.text("crossCheck.key", "").empty();
}

void IssuanceModule::start(const ModuleContext& context) {
    service_.emplace(context.storage.writer(), context.clock, context.workerId, context.metrics);
    context.router.add(http::Method::post, "/issuance/credentials",
                       {.access = settings_.access,
                        .timeout = settings_.timeout,
                        .unknownQuery = http::UnknownQuery::ignored},
                       IssueHandler(*service_));
    if (settings_.answersPeers)
        context.router.add(http::Method::post, "/internal/credentials",
                           {.access = http::Access::peer,
                            .timeout = settings_.timeout,
                            .unknownQuery = http::UnknownQuery::ignored},
                           LookUpHandler(context.storage.reader()));
    if (settings_.access == http::Access::anyone && context.beyondLoopback)
        context.logger.log(LogLevel::warn,
                           "anybody who reaches this machine can issue: set issuance.auth=keys");
}

void IssuanceModule::stop() noexcept { service_.reset(); }

} // namespace kubecred::issuance
