#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>
#include <string_view>
#include <variant>

namespace kubecred {

enum class LogLevel { error, warn, info, debug };

/// One named value of a log event. Names are camelCase, as in every JSON of this project.
struct LogField {
    std::string_view name;
    std::variant<std::string_view, std::int64_t, double> value;
};

/// Takes log events. What may be logged: never a name, an e-mail, metadata, SQL, a path of the
/// machine or a secret. Implementations escape every text, never throw and are safe to call from
/// several threads at once.
class Logger {
public:
    virtual ~Logger() = default;

    virtual bool enabled(LogLevel level) const noexcept = 0;
    virtual void write(LogLevel level, std::string_view message,
                       std::span<const LogField> fields) noexcept = 0;

    void log(LogLevel level, std::string_view message,
             std::initializer_list<LogField> fields = {}) noexcept {
        if (enabled(level))
            write(level, message, {fields.begin(), fields.size()});
    }
};

} // namespace kubecred
