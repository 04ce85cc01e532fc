#pragma once

#include "CommandLine.h"
#include "host/configuration/HostSettings.h"

namespace kubecred::host {

// The commands that do one thing and exit. Each returns its ExitStatus and says on standard
// output what it did, on standard error why it did not.

int runMigrate(const HostSettings& settings);
int runMigrateStatus(const HostSettings& settings);

/// Asks the daemon that listens there; never takes longer than two seconds.
int runHealthcheck(const Endpoint& endpoint);

int runCreateKey(const CommandLine& commandLine);

} // namespace kubecred::host
