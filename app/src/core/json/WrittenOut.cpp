#include "kubecred/json/WrittenOut.h"

#include "kubecred/Ascii.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace kubecred::json {
namespace {

constexpr std::string_view numberCharacters = "0123456789+-.eE";

bool beginsNumber(char c) noexcept { return c == '-' || isDigit(c); }

std::size_t lengthOfString(std::string_view text) noexcept {
    std::size_t i = 1;
    while (i < text.size() && text[i] != '"')
        i += text[i] == '\\' ? 2 : 1;
    return std::min(i + 1, text.size());
}

std::int64_t exponentOf(std::string_view number) noexcept {
    const auto e = number.find_first_of("eE");
    if (e == std::string_view::npos)
        return 0;
    auto digits = number.substr(e + 1);
    if (digits.starts_with('+'))
        digits.remove_prefix(1);
    std::int64_t exponent = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), exponent);
    return exponent;
}

// PostgreSQL keeps as many digits behind the point as the spelling has, moved by its exponent.
std::size_t writtenOutNumber(std::string_view number) noexcept {
    const bool isNegative = number.starts_with('-');
    auto mantissa = number.substr(isNegative ? 1 : 0);
    mantissa = mantissa.substr(0, mantissa.find_first_of("eE"));
    const auto point = std::min(mantissa.find('.'), mantissa.size());
    const auto fraction =
        static_cast<std::int64_t>(mantissa.size() - std::min(point + 1, mantissa.size()));
    const auto leading = mantissa.find_first_not_of("0.");
    const bool isZero = leading == std::string_view::npos;

    const auto exponent = exponentOf(number);
    // The place of the first digit that counts, before the point where it is positive.
    const auto place = isZero ? 0
                              : static_cast<std::int64_t>(point) -
                                    static_cast<std::int64_t>(leading - (leading > point ? 1 : 0)) +
                                    exponent;
    const auto whole = std::max<std::int64_t>(place, 1);
    const auto behind = std::max<std::int64_t>(fraction - exponent, 0);
    const std::int64_t size =
        (isNegative && !isZero ? 1 : 0) + whole + (behind > 0 ? behind + 1 : 0);
    return static_cast<std::size_t>(size);
}

} // namespace

std::size_t writtenOutSize(std::string_view compact) noexcept {
    std::size_t size = 0;
    while (!compact.empty()) {
        std::size_t taken = 1;
        if (compact.front() == '"') {
            taken = lengthOfString(compact);
            size += taken;
        } else if (beginsNumber(compact.front())) {
            taken = std::min(compact.find_first_not_of(numberCharacters), compact.size());
            size += writtenOutNumber(compact.substr(0, taken));
        } else {
            size += compact.front() == ',' || compact.front() == ':' ? 2 : 1;
        }
        compact.remove_prefix(taken);
    }
    return size;
}

} // namespace kubecred::json
