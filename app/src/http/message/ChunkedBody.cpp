#include "ChunkedBody.h"

#include "Grammar.h"
#include "Refusals.h"
#include "kubecred/Text.h"

#include <algorithm>
#include <charconv>

namespace kubecred::http {
namespace {

constexpr std::size_t mostSizeDigits = 16; // of a 64-bit number

// Tiny chunks with long extensions carry little body in many bytes.
std::size_t mostWireBytes(const Limits& limits) noexcept { return 8 * limits.bodyBytes; }

// What others may take for the frame of the body that has just ended (RFC 9110, section 6.5.1).
bool isOfFraming(std::string_view name) noexcept {
    return equalsIgnoringCase(name, "Content-Length") ||
           equalsIgnoringCase(name, "Transfer-Encoding");
}

} // namespace

std::size_t ChunkedBody::put(std::string_view bytes, std::string& body) {
    std::size_t taken = 0;
    while (!done() && taken < bytes.size()) {
        const auto rest = bytes.substr(taken);
        taken += part_ == Part::data ? putData(rest, body) : putLine(rest, body);
    }
    return taken;
}

std::size_t ChunkedBody::putData(std::string_view bytes, std::string& body) {
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), left_));
    body.append(bytes.substr(0, count));
    left_ -= count;
    if (left_ == 0)
        part_ = Part::dataEnd;
    return count;
}

std::size_t ChunkedBody::putLine(std::string_view bytes, const std::string& body) {
    const std::size_t count = std::min(bytes.find('\n'), bytes.size() - 1) + 1;
    for (const char byte : bytes.substr(0, count))
        takeByte(byte);
    wireBytes_ += count;
    if (wireBytes_ > mostWireBytes(limits_))
        refuseLargeBody();
    if (line_.ends_with('\n'))
        takeLine(body);
    return count;
}

// Said at once: the end of such a line may never come.
void ChunkedBody::takeByte(char byte) {
    const bool afterReturn = line_.ends_with('\r');
    if (afterReturn != (byte == '\n'))
        refuseMalformed("line end in a chunked body");
    if (part_ == Part::dataEnd && byte != '\r' && byte != '\n')
        refuseMalformed("chunk longer than its size");
    const bool isTab = byte == '\t' && part_ == Part::trailer;
    if (isControl(byte) && byte != '\r' && byte != '\n' && !isTab)
        refuseMalformed("control byte in a chunked body");
    line_ += byte;
    if (line_.size() <= limits_.headerBytes)
        return;
    if (part_ == Part::trailer)
        refuseLargeHeader();
    refuseLargeBody();
}

void ChunkedBody::takeLine(const std::string& body) {
    line_.resize(line_.size() - 2);
    if (part_ == Part::size)
        takeSize(body.size());
    else if (part_ == Part::trailer)
        takeTrailer();
    else
        part_ = Part::size;
    line_.clear();
}

void ChunkedBody::takeSize(std::size_t bodySize) {
    const auto begin = line_.data();
    const auto result = std::from_chars(begin, begin + line_.size(), left_, 16);
    const auto digits = static_cast<std::size_t>(result.ptr - begin);
    if (result.ec != std::errc{} || digits > mostSizeDigits)
        refuseMalformed("chunk size");
    if (!isChunkExtension(std::string_view(line_).substr(digits)))
        refuseMalformed("chunk extension");
    if (left_ > limits_.bodyBytes - bodySize)
        refuseLargeBody();
    part_ = left_ == 0 ? Part::trailer : Part::data;
}

void ChunkedBody::takeTrailer() {
    if (line_.empty()) {
        part_ = Part::end;
        return;
    }
    trailerBytes_ += line_.size() + 2;
    if (++trailers_ > limits_.headerFields || trailerBytes_ > limits_.headerBytes)
        refuseLargeHeader();
    const auto colon = line_.find(':');
    const auto name = std::string_view(line_).substr(0, colon);
    if (colon == std::string::npos || !isToken(name) || isOfFraming(name))
        refuseMalformed("trailer field");
}

} // namespace kubecred::http
