#include "Fault.h"

#include "kubecred/Error.h"

#include <utility>

namespace kubecred::storage {

std::string_view nameOf(Fault fault) noexcept {
    switch (fault) {
    case Fault::unreachable:
        return "unreachable";
    case Fault::timedOut:
        return "timed out";
    case Fault::loginRefused:
        return "login refused";
    case Fault::tlsFailed:
        return "TLS failed";
    case Fault::permissionDenied:
        return "permission denied";
    case Fault::tooManyConnections:
        return "too many connections";
    case Fault::readOnly:
        return "read-only";
    case Fault::schemaMissing:
        return "schema missing";
    case Fault::storageFull:
        return "storage full";
    case Fault::locked:
        return "locked";
    case Fault::conflict:
        return "conflict";
    case Fault::overloaded:
        return "overloaded";
    case Fault::stopping:
        return "stopping";
    case Fault::valueRefused:
        return "value refused";
    case Fault::refused:
        break;
    }
    return "refused";
}

StorageError::StorageError(Fault fault, std::string databaseMessage)
    : std::runtime_error(std::string(nameOf(fault))),
      fault_(fault),
      databaseMessage_(std::move(databaseMessage)) {}

std::exception_ptr errorOf(Fault fault) {
    std::string detail = "database " + std::string(nameOf(fault));
    if (fault != Fault::valueRefused)
        return std::make_exception_ptr(Error::unavailable(std::move(detail)));
    return std::make_exception_ptr(Error(ErrorKind::malformedRequest,
                                         "The database cannot store a value of this request",
                                         std::move(detail)));
}

} // namespace kubecred::storage
