#pragma once

#include "kubecred/Settings.h"
#include "kubecred/http/Access.h"

namespace kubecred::http {

/// Reads a module's `auth` key: `off` (the default), anyone; `keys`, who carries a key with this
/// scope. Any other value is recorded as a fault.
Access readAccess(Settings& settings, std::string_view key, Access scope);

} // namespace kubecred::http
