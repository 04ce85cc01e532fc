#pragma once

#include <exception>
#include <stdexcept>
#include <string>
#include <string_view>

namespace kubecred::storage {

/// What a request fails with whose session is stuck for good.
inline constexpr const char* overdue = "database timed out";

/// Why a database did not do what it was asked, coarse enough to be shown and logged: a message of
/// the database itself may quote SQL, values or host names.
enum class Fault {
    unreachable,
    timedOut,
    loginRefused,
    tlsFailed,
    permissionDenied,
    tooManyConnections,
    readOnly,
    schemaMissing,
    storageFull,
    locked,
    conflict, ///< with another transaction, or with what a standby catches up on: to be tried again
    overloaded, ///< too many requests wait for it
    stopping,
    valueRefused, ///< the database cannot store, or read, a value as it is
    refused,      ///< anything else that the database says no to
};

/// Such as "unreachable" or "schema missing"; what logs, metrics and /health/details say.
std::string_view nameOf(Fault fault) noexcept;

/// Thrown within storage only; callers of its ports get `errorOf` it.
class StorageError : public std::runtime_error {
public:
    explicit StorageError(Fault fault, std::string databaseMessage = {});

    Fault fault() const noexcept { return fault_; }

    /// The database's own words, where it said any: for the one who runs a migration by hand, never
    /// for logs and answers, since they may quote SQL.
    const std::string& databaseMessage() const noexcept { return databaseMessage_; }

private:
    Fault fault_;
    std::string databaseMessage_;
};

/// What a request fails with for this fault: Error (unavailable, or malformedRequest where a value
/// was refused).
std::exception_ptr errorOf(Fault fault);

} // namespace kubecred::storage
