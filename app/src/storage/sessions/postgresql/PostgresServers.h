#pragma once

#include "kubecred/Clock.h"
#include "kubecred/Resolver.h"
#include "storage/DatabaseSettings.h"

#include <string>

namespace kubecred::storage {

/// The connection string of a server of the database that a moment ago let this process in. The
/// settings' host may be several, separated by commas, and each may have several addresses: they
/// are tried in turn, each with a fair share of the time, since one of them may be silent. Throws
/// StorageError by the deadline.
std::string findServer(const PostgresSettings& settings, const Resolver& resolver,
                       Deadline deadline);

/// Keeps libpq from what in this process's environment would lead it to another server, and lets it
/// find the password there, as Poco's connection string cannot carry every password. Call once,
/// before any other thread runs.
void prepareEnvironment(const std::string& password);

} // namespace kubecred::storage
