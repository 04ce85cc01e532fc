#include "Number.h"

#include "kubecred/Ascii.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace kubecred::json {
namespace {

// The exact decimal expansion of a double takes at most 1,075 digits; longer spellings would
// overflow PostgreSQL's numeric type instead of being stored.
constexpr std::size_t longestSpelling = 1100;

std::size_t skipDigits(std::string_view text, std::size_t from) noexcept {
    while (from < text.size() && isDigit(text[from]))
        ++from;
    return from;
}

bool isAt(std::string_view text, std::size_t place, std::string_view oneOf) noexcept {
    return place < text.size() && oneOf.find(text[place]) != std::string_view::npos;
}

bool integerFits(std::string_view digits) noexcept {
    constexpr std::uint64_t limit = std::uint64_t{1} << 63;
    if (digits.starts_with('-'))
        digits.remove_prefix(1);
    std::uint64_t magnitude = 0;
    const auto result = std::from_chars(digits.data(), digits.data() + digits.size(), magnitude);
    return result.ec == std::errc{} && magnitude <= limit;
}

// PostgreSQL keeps the digits that an exponent stands for, also those of a zero.
bool exponentFits(std::string_view text) noexcept {
    const auto e = text.find_first_of("eE");
    if (e == std::string_view::npos)
        return true;
    auto digits = text.substr(e + 1);
    digits.remove_prefix(std::min(digits.find_first_of("0123456789"), digits.size()));
    std::size_t magnitude = 0;
    const auto result = std::from_chars(digits.data(), digits.data() + digits.size(), magnitude);
    return result.ec == std::errc{} && magnitude <= longestSpelling;
}

} // namespace

std::size_t numberLength(std::string_view text) noexcept {
    const std::size_t begin = text.starts_with('-') ? 1 : 0;
    std::size_t end = isAt(text, begin, "0") ? begin + 1 : skipDigits(text, begin);
    if (end == begin)
        return 0;
    if (isAt(text, end, ".")) {
        const auto fraction = end + 1;
        end = skipDigits(text, fraction);
        if (end == fraction)
            return 0;
    }
    if (isAt(text, end, "eE")) {
        const auto exponent = end + (isAt(text, end + 1, "+-") ? 2 : 1);
        end = skipDigits(text, exponent);
        if (end == exponent)
            return 0;
    }
    return end;
}

bool isHoldable(std::string_view number) noexcept {
    if (number.size() > longestSpelling || !exponentFits(number))
        return false;
    const bool isReal = number.find_first_of(".eE") != std::string_view::npos;
    return isReal ? fitsDouble(number) : integerFits(number);
}

// Overflow and underflow both come back as result_out_of_range; zero itself does not.
bool fitsDouble(std::string_view number) noexcept {
    double value = 0;
    return std::from_chars(number.data(), number.data() + number.size(), value).ec == std::errc{};
}

} // namespace kubecred::json
