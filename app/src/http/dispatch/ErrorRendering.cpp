#include "ErrorRendering.h"

#include "kubecred/json/Writer.h"

#include <cstdint>
#include <variant>

namespace kubecred::http {
namespace {

int statusOf(ErrorKind kind) noexcept {
    switch (kind) {
    case ErrorKind::malformedRequest:
    case ErrorKind::validation:
        return 400;
    case ErrorKind::unauthorized:
        return 401;
    case ErrorKind::forbidden:
        return 403;
    case ErrorKind::notFound:
        return 404;
    case ErrorKind::methodNotAllowed:
        return 405;
    case ErrorKind::requestTimeout:
        return 408;
    case ErrorKind::lengthRequired:
        return 411;
    case ErrorKind::bodyTooLarge:
        return 413;
    case ErrorKind::unsupportedMediaType:
        return 415;
    case ErrorKind::headersTooLarge:
        return 431;
    case ErrorKind::unavailable:
        return 503;
    case ErrorKind::internal:
        break;
    }
    return 500;
}

void writePath(json::Writer& writer, const FieldError& error) {
    writer.key("path").beginArray();
    for (const auto& step : error.path)
        if (const auto* index = std::get_if<std::size_t>(&step))
            writer.integer(static_cast<std::int64_t>(*index));
        else
            writer.string(std::get<std::string>(step));
    writer.endArray();
}

void writeSize(json::Writer& writer, const FieldError& error, std::string_view code,
               std::string_view bound) {
    writer.member("code", code)
        .key(bound)
        .integer(static_cast<std::int64_t>(error.limit))
        .member("type", "string")
        .key("inclusive")
        .boolean(true)
        .key("exact")
        .boolean(false)
        .member("message", error.message);
    writePath(writer, error);
}

void writeInvalidType(json::Writer& writer, const FieldError& error) {
    writer.member("code", "invalid_type")
        .member("expected", error.expected)
        .member("received", error.received);
    writePath(writer, error);
    writer.member("message", error.message);
}

void writeInvalidString(json::Writer& writer, const FieldError& error, std::string_view grammar) {
    writer.member("validation", grammar)
        .member("code", "invalid_string")
        .member("message", error.message);
    writePath(writer, error);
}

// The members, their order included, are those of a ZodIssue of Zod 3.
void writeField(json::Writer& writer, const FieldError& error) {
    writer.beginObject();
    switch (error.code) {
    case FieldError::Code::invalidType:
        writeInvalidType(writer, error);
        break;
    case FieldError::Code::tooSmall:
        writeSize(writer, error, "too_small", "minimum");
        break;
    case FieldError::Code::tooBig:
        writeSize(writer, error, "too_big", "maximum");
        break;
    case FieldError::Code::invalidEmail:
        writeInvalidString(writer, error, "email");
        break;
    case FieldError::Code::invalidUuid:
        writeInvalidString(writer, error, "uuid");
        break;
    case FieldError::Code::custom:
        writer.member("code", "custom").member("message", error.message);
        writePath(writer, error);
        break;
    }
    writer.endObject();
}

std::string bodyOf(const Error& error, std::string_view requestId) {
    json::Writer writer;
    writer.beginObject().key("success").boolean(false).member("message", error.what());
    if (error.kind() == ErrorKind::validation) {
        writer.key("errors").beginArray();
        for (const FieldError& field : error.fields())
            writeField(writer, field);
        writer.endArray();
    } else {
        writer.member("requestId", requestId);
    }
    return std::move(writer.endObject()).text();
}

} // namespace

Response renderError(const Error& error, std::string_view requestId) {
    Response response{statusOf(error.kind()), bodyOf(error, requestId)};
    if (error.kind() == ErrorKind::unavailable)
        response.headers.emplace_back("Retry-After", "1");
    if (error.kind() == ErrorKind::unauthorized)
        response.headers.emplace_back("WWW-Authenticate", "Bearer");
    return response;
}

} // namespace kubecred::http
