#include "VerificationModule.h"

#include "VerifyHandler.h"

namespace kubecred::verification {

void VerificationModule::configure(Settings& settings) {
    settings_.timeout =
        std::chrono::milliseconds(settings.integer("verification.timeoutMs", 2000, 100, 10000));
}

void VerificationModule::start(const ModuleContext& context) {
    service_.emplace(context.storage.reader(), settings_);
    context.router.add(http::Method::post, "/verification/credentials",
                       VerifyHandler(*service_, context.clock, context.workerId));
}

void VerificationModule::stop() noexcept { service_.reset(); }

} // namespace kubecred::verification
