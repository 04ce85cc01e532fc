#include "JsonLogger.h"

#include "kubecred/json/Writer.h"

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

} // namespace

JsonLogger::JsonLogger(int descriptor, LogLevel level, std::string service, std::string workerId,
                       const Clock& clock)
    : level_(level),
      service_(std::move(service)),
      workerId_(std::move(workerId)),
      clock_(clock),
      sink_(descriptor, [this](std::uint64_t dropped) {
          const LogField count{"dropped", static_cast<std::int64_t>(dropped)};
          return line(LogLevel::warn, "log lines were dropped: nobody took them", {&count, 1});
      }) {}

void JsonLogger::write(LogLevel level, std::string_view message,
                       std::span<const LogField> fields) noexcept {
    try {
        sink_.write(line(level, message, fields));
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
