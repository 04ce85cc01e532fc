#include "JsonLexemes.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

namespace kubecred::json {
namespace {

constexpr std::string_view whiteSpace = " \t\r\n";
constexpr std::string_view numberCharacters = "0123456789+-.eE";

// The exact decimal expansion of a double takes at most 1,075 digits; longer spellings would
// overflow PostgreSQL's numeric type instead of being stored.
constexpr std::size_t longestSpelling = 1100;

bool isDigit(char c) noexcept { return c >= '0' && c <= '9'; }

std::size_t skipDigits(std::string_view text, std::size_t from) noexcept {
    while (from < text.size() && isDigit(text[from]))
        ++from;
    return from;
}

// The grammar of RFC 8259, section 6. What breaks it stays in the text for the parser to refuse.
bool isNumber(std::string_view text) noexcept {
    std::size_t i = text.starts_with('-') ? 1 : 0;
    std::size_t end = skipDigits(text, i);
    if (end == i || (text[i] == '0' && end > i + 1))
        return false;
    if (end < text.size() && text[end] == '.') {
        i = end + 1;
        end = skipDigits(text, i);
        if (end == i)
            return false;
    }
    if (end < text.size() && (text[end] == 'e' || text[end] == 'E')) {
        i = end + 1;
        if (i < text.size() && (text[i] == '+' || text[i] == '-'))
            ++i;
        end = skipDigits(text, i);
        if (end == i)
            return false;
    }
    return end == text.size();
}

bool integerFits(std::string_view digits) noexcept {
    constexpr std::uint64_t limit = std::uint64_t{1} << 63;
    if (digits.starts_with('-'))
        digits.remove_prefix(1);
    std::uint64_t magnitude = 0;
    const auto result = std::from_chars(digits.data(), digits.data() + digits.size(), magnitude);
    return result.ec == std::errc{} && magnitude <= limit;
}

// Overflow and underflow both come back as result_out_of_range; zero itself does not.
bool realFits(std::string_view text) noexcept {
    double value = 0;
    return std::from_chars(text.data(), text.data() + text.size(), value).ec == std::errc{};
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

bool isHoldable(std::string_view text) noexcept {
    if (text.size() > longestSpelling || !exponentFits(text))
        return false;
    const bool isReal = text.find_first_of(".eE") != std::string_view::npos;
    return isReal ? realFits(text) : integerFits(text);
}

// The end of the string that begins at `quote`: one past its closing quote, or the text's end.
std::size_t endOfString(std::string_view text, std::size_t quote) noexcept {
    std::size_t i = quote + 1;
    while (i < text.size() && text[i] != '"')
        i += text[i] == '\\' ? 2 : 1;
    return std::min(i + 1, text.size());
}

bool isKey(std::string_view text, std::size_t afterString) noexcept {
    const auto next = text.find_first_not_of(whiteSpace, afterString);
    return next != std::string_view::npos && text[next] == ':';
}

bool holdsEscapedNul(std::string_view string) noexcept {
    for (std::size_t i = 0; i < string.size(); ++i) {
        if (string[i] != '\\')
            continue;
        if (string.substr(i + 1, 5) == "u0000")
            return true;
        ++i;
    }
    return false;
}

void takeNumber(Lexemes& lexemes, std::string_view spelling, std::size_t position) {
    const NumberLexeme number{spelling, !isNumber(spelling) || isHoldable(spelling)};
    if (!number.holdable) {
        lexemes.readable.replace(position, spelling.size(), spelling.size(), ' ');
        lexemes.readable[position] = '0';
    }
    lexemes.numbers.push_back(number);
}

} // namespace

Lexemes readLexemes(std::string_view text) {
    Lexemes lexemes{{}, false, std::string(text)};
    std::size_t i = 0;
    while (i < text.size()) {
        if (text[i] == '"') {
            const auto end = endOfString(text, i);
            lexemes.nulInKey |= holdsEscapedNul(text.substr(i, end - i)) && isKey(text, end);
            i = end;
        } else if (text[i] == '-' || isDigit(text[i])) {
            const auto end = std::min(text.find_first_not_of(numberCharacters, i), text.size());
            takeNumber(lexemes, text.substr(i, end - i), i);
            i = end;
        } else {
            ++i;
        }
    }
    return lexemes;
}

} // namespace kubecred::json
