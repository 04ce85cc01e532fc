#include "kubecred/Clock.h"

#include "kubecred/Ascii.h"

#include <algorithm>
#include <cstdint>

namespace kubecred {

Timestamp SystemClock::now() const {
    return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

namespace {

using std::chrono::sys_days;
using std::chrono::year;

// What four digits can say: ISO 8601 has no others, but where both sides have agreed on them.
constexpr Timestamp earliest = sys_days(year(1) / 1 / 1);
constexpr Timestamp latest = sys_days(year(10000) / 1 / 1) - std::chrono::milliseconds(1);

} // namespace

// By hand: every answer and every line of the log has one, and printf takes ten times as long.
std::string toIso8601(Timestamp any) {
    const Timestamp time = std::clamp(any, earliest, latest);
    const auto day = std::chrono::floor<std::chrono::days>(time);
    const std::chrono::year_month_day date(day);
    const std::chrono::hh_mm_ss clock(time - day);
    std::string text = "0000-00-00T00:00:00.000Z";
    const auto put = [&](std::size_t from, std::size_t digits, std::int64_t number) {
        for (std::size_t i = from + digits; i-- > from; number /= 10)
            text[i] = static_cast<char>('0' + number % 10);
    };
    put(5, 2, static_cast<unsigned>(date.month()));
    put(8, 2, static_cast<unsigned>(date.day()));
    put(11, 2, clock.hours().count());
    put(14, 2, clock.minutes().count());
    put(17, 2, clock.seconds().count());
    put(20, 3, clock.subseconds().count());
    put(0, 4, static_cast<int>(date.year()));
    return text;
}

std::optional<Timestamp> parseIso8601(std::string_view text) {
    constexpr std::string_view shape = "0000-00-00T00:00:00.000Z";
    const auto fits = [](char c, char wanted) { return wanted == '0' ? isDigit(c) : c == wanted; };
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
