#include "VerificationModule.h"

#include "VerifyHandler.h"
#include "kubecred/http/AccessSetting.h"

namespace kubecred::verification {

void VerificationModule::configure(Settings& settings) {
    settings_.access = http::readAccess(settings, "verification.auth", http::Access::verify);
    settings_.timeout = std::chrono::milliseconds(
        settings.integer("verification.timeoutMs", 2000, 100, http::longestTimeout.count()));
}

void VerificationModule::start(const ModuleContext& context) {
    service_.emplace(context.storage.reader(), context.metrics);
    context.router.add(http::Method::post, "/verification/credentials",
                       {.access = settings_.access,
                        .timeout = settings_.timeout,
                        .unknownQuery = http::UnknownQuery::ignored},
                       VerifyHandler(*service_, context.clock, context.workerId));
}

void VerificationModule::stop() noexcept { service_.reset(); }

} // namespace kubecred::verification
