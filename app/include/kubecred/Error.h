#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <variant>
#include <vector>

namespace kubecred {

/// What went wrong with a request, independent of HTTP. The HTTP front maps each kind to one
/// status (see http/dispatch/ErrorRendering.h, the only place that does).
enum class ErrorKind {
    malformedRequest,
    validation,
    unauthorized,
    forbidden,
    notFound,
    methodNotAllowed,
    requestTimeout,
    lengthRequired,
    bodyTooLarge,
    unsupportedMediaType,
    headersTooLarge,
    unavailable,
    internal,
};

/// Where a value stands in a JSON text, from the outside to the inside: the name of each member and
/// the index of each element on the way, such as `{"credentials", 3, "email"}`. Empty for the
/// outermost value.
using FieldPath = std::vector<std::variant<std::string, std::size_t>>;

/// One failing field of a request, in the terms of Zod 3, whose JSON shape clients rely on.
struct FieldError {
    enum class Code { invalidType, tooSmall, tooBig, invalidEmail, invalidUuid, custom };

    Code code = Code::custom;
    FieldPath path = {};       ///< empty for the body as a whole
    std::string message = {};  ///< what the caller is told
    std::string expected = {}; ///< invalidType only: the type that was asked for
    std::string received = {}; ///< invalidType only: the type that came
    std::size_t limit = 0;     ///< tooSmall and tooBig only: the bound, in characters
};

/// The one exception type of the project: thrown where a request cannot be answered as asked,
/// turned into an answer in exactly one place. `what()` is the public message: it goes to the
/// caller and so never holds SQL, a path, a host name or personal data. `detail()` goes to the
/// log only, under the same ban; it names a class of fault, such as "connection refused".
class Error : public std::runtime_error {
public:
    Error(ErrorKind kind, const std::string& publicMessage, std::string detail = {});

    /// A request whose fields break the rules; `fields` holds at least one entry.
    static Error validation(std::vector<FieldError> fields);

    /// A dependency cannot serve the request now; the caller may try again.
    static Error unavailable(std::string detail);

    ErrorKind kind() const noexcept { return kind_; }
    const std::string& detail() const noexcept { return detail_; }
    const std::vector<FieldError>& fields() const noexcept { return fields_; }

private:
    ErrorKind kind_;
    std::string detail_;
    std::vector<FieldError> fields_;
};

} // namespace kubecred
