#pragma once

#include "http/Limits.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace kubecred::http {

/// Decodes a body in chunks (RFC 9112, section 7.1) out of bytes that arrive in pieces. Stricter
/// than the grammar where two readers could see different ends: no control byte in a chunk's line
/// or in a trailer field, no line end but CR LF, no folded trailer field. Trailer fields are
/// checked and dropped. One object a body.
class ChunkedBody {
public:
    explicit ChunkedBody(const Limits& limits) : limits_(limits) {}

    /// Takes bytes of the body from the front of `bytes`, appends what they carry to `body`, and
    /// returns how many they were; what follows the body stays. Throws Error: malformedRequest,
    /// bodyTooLarge, headersTooLarge for too many trailer fields; nothing can be read after that.
    std::size_t put(std::string_view bytes, std::string& body);

    bool done() const noexcept { return part_ == Part::end; }

private:
    enum class Part { size, data, dataEnd, trailer, end };

    std::size_t putData(std::string_view bytes, std::string& body);
    std::size_t putLine(std::string_view bytes, const std::string& body);
    void takeByte(char byte);
    void takeLine(const std::string& body);
    void takeSize(std::size_t bodySize);
    void takeTrailer();

    const Limits& limits_;
    Part part_ = Part::size;
    std::string line_;          // as far as it has come, without its end
    std::uint64_t left_ = 0;    // of the chunk
    std::size_t wireBytes_ = 0; // of everything but the data
    std::size_t trailerBytes_ = 0;
    std::size_t trailers_ = 0;
};

} // namespace kubecred::http
