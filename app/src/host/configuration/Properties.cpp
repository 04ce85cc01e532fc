#include "Properties.h"

#include <algorithm>

namespace kubecred::host {
namespace {

constexpr std::string_view blanks = " \t\r\n\f\v";

std::string_view withoutIndent(std::string_view text) {
    return text.substr(std::min(text.find_first_not_of(blanks), text.size()));
}

std::string_view trimmed(std::string_view text) {
    return withoutIndent(text.substr(0, text.find_last_not_of(blanks) + 1));
}

[[noreturn]] void refuse(int line, const char* why) {
    throw PropertiesFault("line " + std::to_string(line) + " " + why);
}

// Takes lines off the front of a text and counts them.
class Lines {
public:
    explicit Lines(std::string_view text) : rest_(text) {}

    bool any() const { return !rest_.empty(); }
    int number() const { return number_; } // of the line that was taken last

    std::string_view take() {
        const auto end = rest_.find_first_of("\r\n");
        const auto line = rest_.substr(0, end);
        rest_.remove_prefix(line.size());
        if (rest_.starts_with("\r\n"))
            rest_.remove_prefix(2);
        else if (!rest_.empty())
            rest_.remove_prefix(1);
        ++number_;
        return line;
    }

private:
    std::string_view rest_;
    int number_ = 0;
};

char escaped(char c) {
    switch (c) {
    case 't':
        return '\t';
    case 'r':
        return '\r';
    case 'n':
        return '\n';
    case 'f':
        return '\f';
    default:
        return c;
    }
}

// The value that begins with `text`, and goes on in the next lines where it says so.
std::string readValue(std::string_view text, Lines& lines) {
    std::string value;
    for (std::size_t i = 0;; ++i) {
        if (i == text.size())
            return std::string(trimmed(value));
        if (text[i] != '\\') {
            value += text[i];
        } else if (++i < text.size()) {
            value += escaped(text[i]);
        } else {
            text = lines.take();
            i = std::string_view::npos; // and on at its beginning
        }
    }
}

bool isKey(std::string_view text) {
    return !text.empty() && !text.starts_with('.') && !text.ends_with('.');
}

} // namespace

std::vector<Property> parseProperties(std::string_view text) {
    std::vector<Property> properties;
    Lines lines(text);
    while (lines.any()) {
        const auto line = withoutIndent(lines.take());
        const int number = lines.number();
        if (line.empty() || line.starts_with('#') || line.starts_with('!'))
            continue;
        if (line.find('\0') != std::string_view::npos)
            refuse(number, "holds U+0000: the file is no text in UTF-8");
        const auto separator = line.find_first_of("=:");
        if (separator == std::string_view::npos)
            refuse(number, "has no =: write KEY=VALUE");
        const auto key = trimmed(line.substr(0, separator));
        if (!isKey(key))
            refuse(number, "has no key, or one that begins or ends with a dot");
        properties.push_back(
            {std::string(key), readValue(line.substr(separator + 1), lines), number});
    }
    return properties;
}

} // namespace kubecred::host
