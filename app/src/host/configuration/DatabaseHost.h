#pragma once

#include <string_view>

namespace kubecred::host {

/// Whether the text says where a PostgreSQL server is, as libpq's `host` does: a host name, an
/// address, the folder of a Unix socket (it begins with /), or a comma-separated list of them.
bool isDatabaseHost(std::string_view text);

} // namespace kubecred::host
