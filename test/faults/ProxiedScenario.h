#pragma once

#include "FaultScenario.h"
#include "TcpProxy.h"

#include <memory>

namespace kubecred::test {

/// A fault between the service and its database: two workers reach it through a proxy, as the
/// user `service`.
class ProxiedScenario : public FaultScenario {
public:
    void setUp() override;
    void tearDown() override;

protected:
    std::unique_ptr<TcpProxy> proxy_;
};

} // namespace kubecred::test
