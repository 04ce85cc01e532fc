#include "kubecred/Clock.h"

#include <algorithm>
#include <array>
#include <cstdio>

namespace kubecred {

Timestamp SystemClock::now() const {
    return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

std::string toIso8601(Timestamp time) {
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(time - day);
    std::array<char, 40> text{};
    const int length = std::snprintf(
        text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02d.%03dZ",
        static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
        static_cast<unsigned>(date.day()), static_cast<int>(clock.hours().count()),
        static_cast<int>(clock.minutes().count()), static_cast<int>(clock.seconds().count()),
        static_cast<int>(clock.subseconds().count()));
    return {text.data(), static_cast<std::size_t>(length)};
}

std::optional<Timestamp> parseIso8601(std::string_view text) {
    constexpr std::string_view shape = "0000-00-00T00:00:00.000Z";
    const auto fits = [](char c, char wanted) {
        return wanted == '0' ? c >= '0' && c <= '9' : c == wanted;
    };
    if (!std::ranges::equal(text, shape, fits))
        return std::nullopt;
    const auto number = [&](std::size_t from, std::size_t length) {
        int value = 0;
        for (const char digit : text.substr(from, length))
            value = 10 * value + (digit - '0');
        return value;
    };
    const std::chrono::year_month_day date(std::chrono::year(number(0, 4)),
                                           std::chrono::month(static_cast<unsigned>(number(5, 2))),
                                           std::chrono::day(static_cast<unsigned>(number(8, 2))));
    const Timestamp time = std::chrono::sys_days(date) + std::chrono::hours(number(11, 2)) +
                           std::chrono::minutes(number(14, 2)) +
                           std::chrono::seconds(number(17, 2)) +
                           std::chrono::milliseconds(number(20, 3));
    // There is no 30 February, and no 25 o'clock.
    return toIso8601(time) == text ? std::optional(time) : std::nullopt;
}

} // namespace kubecred
