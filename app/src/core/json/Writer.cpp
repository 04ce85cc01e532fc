#include "kubecred/json/Writer.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace kubecred::json {
namespace {

std::string_view shortEscape(char c) noexcept {
    switch (c) {
    case '"':
        return "\\\"";
    case '\\':
        return "\\\\";
    case '\b':
        return "\\b";
    case '\f':
        return "\\f";
    case '\n':
        return "\\n";
    case '\r':
        return "\\r";
    case '\t':
        return "\\t";
    default:
        return {};
    }
}

// A table, since every byte of every answer and of every line of the log is asked for.
constexpr std::array<bool, 256> escapedBytes = [] {
    std::array<bool, 256> escaped{};
    for (std::size_t c = 0; c < 0x20; ++c)
        escaped[c] = true;
    escaped['"'] = escaped['\\'] = escaped[0x7f] = true;
    return escaped;
}();

bool needsEscape(char c) noexcept { return escapedBytes[static_cast<unsigned char>(c)]; }

void appendEscaped(std::string& out, char c) {
    constexpr std::string_view digits = "0123456789abcdef";
    if (const auto escape = shortEscape(c); !escape.empty()) {
        out += escape;
        return;
    }
    out += "\\u00";
    out += digits[static_cast<unsigned char>(c) >> 4];
    out += digits[static_cast<unsigned char>(c) & 0x0f];
}

} // namespace

void appendString(std::string& out, std::string_view text) {
    out += '"';
    for (;;) {
        const auto special = std::find_if(text.begin(), text.end(), needsEscape);
        const auto plain = static_cast<std::size_t>(special - text.begin());
        out += text.substr(0, plain);
        if (special == text.end())
            break;
        appendEscaped(out, *special);
        text.remove_prefix(plain + 1);
    }
    out += '"';
}

void Writer::separate() {
    if (needsComma_)
        out_ += ',';
    needsComma_ = true;
}

Writer& Writer::beginObject() {
    separate();
    out_ += '{';
    needsComma_ = false;
    return *this;
}

Writer& Writer::endObject() {
    out_ += '}';
    needsComma_ = true;
    return *this;
}

Writer& Writer::beginArray() {
    separate();
    out_ += '[';
    needsComma_ = false;
    return *this;
}

Writer& Writer::endArray() {
    out_ += ']';
    needsComma_ = true;
    return *this;
}

Writer& Writer::key(std::string_view name) {
    separate();
    appendString(out_, name);
    out_ += ':';
    needsComma_ = false;
    return *this;
}

Writer& Writer::string(std::string_view text) {
    separate();
    appendString(out_, text);
    return *this;
}

Writer& Writer::integer(std::int64_t number) {
    separate();
    out_ += std::to_string(number);
    return *this;
}

Writer& Writer::number(double number) {
    separate();
    std::array<char, 32> digits{};
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    out_.append(digits.data(), end);
    return *this;
}

Writer& Writer::boolean(bool value) { return raw(value ? "true" : "false"); }

Writer& Writer::null() { return raw("null"); }

Writer& Writer::raw(std::string_view json) {
    separate();
    out_ += json;
    return *this;
}

Writer& Writer::member(std::string_view name, std::string_view text) {
    return key(name).string(text);
}

} // namespace kubecred::json
