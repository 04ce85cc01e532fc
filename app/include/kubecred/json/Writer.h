#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace kubecred::json {

/// Appends `text` (UTF-8) to `out` as a JSON string, quotes included (RFC 8259, section 7).
/// Bytes that are not UTF-8 are passed on as they are; callers check before (json/Document.h).
void appendString(std::string& out, std::string_view text);

/// Writes one JSON text from left to right, setting the commas. Keys and values alternate inside
/// objects; the caller keeps that order. Not thread-safe; a value like a std::string.
class Writer {
public:
    Writer() { out_.reserve(usualSize); }

    Writer& beginObject();
    Writer& endObject();
    Writer& beginArray();
    Writer& endArray();
    Writer& key(std::string_view name);
    Writer& string(std::string_view text);
    Writer& integer(std::int64_t number);
    Writer& number(double number); ///< shortest spelling that reads back the same; finite only
    Writer& boolean(bool value);
    Writer& null();

    /// Inserts a value that is JSON already.
    Writer& raw(std::string_view json);

    /// `key(name).string(text)`, the most frequent pair.
    Writer& member(std::string_view name, std::string_view text);

    /// The text so far; complete once every object and array is closed.
    const std::string& text() const& noexcept { return out_; }
    std::string text() && noexcept { return std::move(out_); }

private:
    static constexpr std::size_t usualSize = 512;

    void separate();

    std::string out_;
    bool needsComma_ = false;
};

} // namespace kubecred::json
