#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace kubecred {

/// A point in time as credentials carry it: UTC, whole milliseconds.
using Timestamp = std::chrono::sys_time<std::chrono::milliseconds>;

/// The moment by which an operation must have ended, on the clock that never jumps.
using Deadline = std::chrono::steady_clock::time_point;

/// Where the time of day comes from; tests pass one of their own.
/// Implementations are safe to call from several threads at once.
class Clock {
public:
    virtual ~Clock() = default;
    virtual Timestamp now() const = 0;
};

/// The machine's clock.
class SystemClock final : public Clock {
public:
    Timestamp now() const override;
};

/// ISO 8601 in UTC with milliseconds, such as `2026-01-31T09:05:00.042Z`. What is before the year 1
/// or behind the year 9999 is told as the first or the last millisecond of these.
std::string toIso8601(Timestamp time);

/// Reads what `toIso8601` wrote, of the years 1 to 9999; nothing where it is anything else.
std::optional<Timestamp> parseIso8601(std::string_view text);

} // namespace kubecred
