#include "kubecred/Error.h"

#include <utility>

namespace kubecred {

Error::Error(ErrorKind kind, const std::string& publicMessage, std::string detail)
    : std::runtime_error(publicMessage), kind_(kind), detail_(std::move(detail)) {}

Error Error::validation(std::vector<FieldError> fields) {
    Error error(ErrorKind::validation, "Validation failed");
    error.fields_ = std::move(fields);
    return error;
}

Error Error::unavailable(std::string detail) {
    return Error(ErrorKind::unavailable, "Service temporarily unavailable, try again",
                 std::move(detail));
}

} // namespace kubecred
