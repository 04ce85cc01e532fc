#pragma once

#include "host/configuration/Configuration.h"

namespace kubecred::host {

/// Serves until a signal says otherwise: starts the database, the modules and the HTTP front, in
/// that order, and stops them in the reverse one. Returns the exit status; says on standard error
/// why it did not start.
int runDaemon(Configuration configuration);

} // namespace kubecred::host
