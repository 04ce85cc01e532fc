#include "JsonLogger.h"

#include "kubecred/json/Writer.h"

#include <unistd.h>

#include <cerrno>
#include <cmath>
#include <exception>
#include <utility>

namespace kubecred::host {
namespace {

std::string_view nameOf(LogLevel level) noexcept {
    switch (level) {
    case LogLevel::error:
        return "error";
    case LogLevel::warn:
        return "warn";
    case LogLevel::info:
        return "info";
    case LogLevel::debug:
        break;
    }
    return "debug";
}

void writeValue(json::Writer& writer, const LogField& field) {
    if (const auto* text = std::get_if<std::string_view>(&field.value))
        writer.string(*text);
    else if (const auto* integer = std::get_if<std::int64_t>(&field.value))
        writer.integer(*integer);
    else
        writer.number(std::round(std::get<double>(field.value) * 1000) / 1000);
}

void writeAll(int descriptor, std::string_view bytes) noexcept {
    while (!bytes.empty()) {
        const auto count = ::write(descriptor, bytes.data(), bytes.size());
        if (count < 0 && errno != EINTR)
            return; // nobody reads the log any more, and there is nowhere else to say so
        if (count > 0)
            bytes.remove_prefix(static_cast<std::size_t>(count));
    }
}

} // namespace

JsonLogger::JsonLogger(int descriptor, LogLevel level, std::string service, std::string workerId,
                       const Clock& clock)
    : descriptor_(descriptor),
      level_(level),
      service_(std::move(service)),
      workerId_(std::move(workerId)),
      clock_(clock) {}

void JsonLogger::write(LogLevel level, std::string_view message,
                       std::span<const LogField> fields) noexcept {
    try {
        const std::string text = line(level, message, fields);
        const std::lock_guard lock(mutex_);
        writeAll(descriptor_, text);
    } catch (const std::exception&) {
        // Out of memory: the event is lost, the request is not.
    }
}

std::string JsonLogger::line(LogLevel level, std::string_view message,
                             std::span<const LogField> fields) const {
    json::Writer writer;
    writer.beginObject()
        .member("timestamp", toIso8601(clock_.now()))
        .member("level", nameOf(level))
        .member("message", message)
        .member("service", service_)
        .member("workerId", workerId_);
    for (const LogField& field : fields) {
        writer.key(field.name);
        writeValue(writer, field);
    }
    return std::move(writer.endObject()).text() + "\n";
}

} // namespace kubecred::host
