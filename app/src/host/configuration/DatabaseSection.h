#pragma once

#include "kubecred/Settings.h"
#include "storage/DatabaseSettings.h"

namespace kubecred::host {

/// Reads how the database is reached, and the login users that a migration makes. What is kept in
/// memory of it is up to the modules. Faults are recorded in `settings`.
storage::DatabaseSettings readDatabaseSection(Settings& settings);

} // namespace kubecred::host
