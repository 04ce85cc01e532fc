#pragma once

#include "VerificationService.h"
#include "VerificationSettings.h"
#include "kubecred/Module.h"

#include <optional>

namespace kubecred::verification {

/// The verification service as a module: POST /verification/credentials.
class VerificationModule final : public Module {
public:
    void configure(Settings& settings) override;
    void start(const ModuleContext& context) override;
    void stop() noexcept override;

private:
    VerificationSettings settings_;
    std::optional<VerificationService> service_;
};

} // namespace kubecred::verification
