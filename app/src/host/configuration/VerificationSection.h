#pragma once

#include "kubecred/Settings.h"

namespace kubecred::host {

struct HostSettings;

/// Reads what the host does for the module verification: keep credentials in memory, ask a peer.
/// The peer's key must have been read. Faults are recorded in `settings`.
void readVerificationSection(Settings& settings, HostSettings& host);

} // namespace kubecred::host
