#pragma once

#include "Fault.h"

#include <string_view>

namespace kubecred::storage {

/// The fault behind an SQLSTATE (PostgreSQL's manual, appendix A).
Fault faultOfSqlState(std::string_view sqlState) noexcept;

/// The fault behind libpq's message about a failed connection attempt: libpq gives nothing else.
Fault faultOfConnectMessage(std::string_view message) noexcept;

} // namespace kubecred::storage
