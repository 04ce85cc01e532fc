#pragma once

#include "kubecred/Metrics.h"

namespace kubecred::host {

/// Adds the figures of this process under the names that Prometheus' client libraries give them,
/// and which build it is.
void addProcessMetrics(Metrics& metrics);

} // namespace kubecred::host
