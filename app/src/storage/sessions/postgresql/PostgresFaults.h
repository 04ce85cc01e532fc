#pragma once

#include "storage/Fault.h"

#include <string_view>

namespace kubecred::storage {

/// The fault behind an SQLSTATE (PostgreSQL's manual, appendix A).
Fault faultOfSqlState(std::string_view sqlState) noexcept;

/// Whether an error was about the statement's data or its moment only (bad data, a constraint, a
/// conflict with another transaction, a lock, a time-out). After any other, such as a table that
/// has changed or a server that has become read-only, a new connection is the way to find out.
bool leavesConnectionAsItWas(std::string_view sqlState) noexcept;

/// The fault behind libpq's message about a failed connection attempt: libpq gives nothing else. Of
/// what the server said it reads the SQLSTATE, which is there where the connection's error
/// verbosity is PQERRORS_SQLSTATE: the server's texts are in whatever language it speaks.
Fault faultOfConnectMessage(std::string_view message) noexcept;

} // namespace kubecred::storage
