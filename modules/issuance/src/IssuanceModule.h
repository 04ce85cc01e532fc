#pragma once

#include "IssuanceService.h"
#include "IssuanceSettings.h"
#include "kubecred/Module.h"

#include <optional>

namespace kubecred::issuance {

/// The issuance service as a module: POST /issuance/credentials.
class IssuanceModule final : public Module {
public:
    void configure(Settings& settings) override;
    void start(const ModuleContext& context) override;
    void stop() noexcept override;

private:
    IssuanceSettings settings_;
    std::optional<IssuanceService> service_;
};

} // namespace kubecred::issuance
