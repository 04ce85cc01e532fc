#pragma once

#include "kubecred/Log.h"

#include <map>
#include <mutex>
#include <string>
#include <vector>

namespace kubecred::test {

/// A logger that keeps what it is given.
class RecordingLogger final : public Logger {
public:
    struct Event {
        LogLevel level;
        std::string message;
        std::map<std::string, std::string> fields; ///< numbers in decimal
    };

    explicit RecordingLogger(LogLevel level = LogLevel::debug) : level_(level) {}

    bool enabled(LogLevel level) const noexcept override { return level <= level_; }

    void write(LogLevel level, std::string_view message,
               std::span<const LogField> fields) noexcept override {
        Event event{level, std::string(message), {}};
        for (const LogField& field : fields)
            event.fields[std::string(field.name)] = textOf(field);
        const std::lock_guard lock(mutex_);
        events_.push_back(event);
    }

    std::vector<Event> events() const {
        const std::lock_guard lock(mutex_);
        return events_;
    }

private:
    static std::string textOf(const LogField& field) {
        if (const auto* text = std::get_if<std::string_view>(&field.value))
            return std::string(*text);
        if (const auto* integer = std::get_if<std::int64_t>(&field.value))
            return std::to_string(*integer);
        return std::to_string(std::get<double>(field.value));
    }

    const LogLevel level_;
    mutable std::mutex mutex_;
    std::vector<Event> events_;
};

} // namespace kubecred::test
