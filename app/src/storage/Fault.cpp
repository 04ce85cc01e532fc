#include "Fault.h"

#include <string>

namespace kubecred::storage {

std::string_view nameOf(Fault fault) noexcept {
    switch (fault) {
    case Fault::unreachable:
        return "unreachable";
    case Fault::timedOut:
        return "timed out";
    case Fault::loginRefused:
        return "login refused";
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
    case Fault::stopping:
        return "stopping";
    case Fault::refused:
        break;
    }
    return "refused by the database";
}

StorageError::StorageError(Fault fault)
    : std::runtime_error(std::string(nameOf(fault))), fault_(fault) {}

} // namespace kubecred::storage
