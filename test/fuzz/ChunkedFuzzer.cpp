// A body in chunks, and the same however its bytes are cut; nothing in its frame that two readers
// could take for different ends.

#include "Fuzz.h"
#include "http/message/ChunkedBody.h"
#include "http/message/Grammar.h"
#include "kubecred/Error.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

namespace {

using namespace kubecred;

struct Reading {
    bool refused = false;
    bool whole = false;
    std::string body;
    std::size_t taken = 0;

    bool operator==(const Reading&) const = default;
};

Reading read(std::string_view bytes, std::size_t piece, const http::Limits& limits) {
    http::ChunkedBody chunks(limits);
    Reading reading;
    try {
        while (reading.taken < bytes.size() && !chunks.done()) {
            const auto rest = bytes.substr(reading.taken, piece);
            const auto taken = chunks.put(rest, reading.body);
            fuzz::require(taken == rest.size() || chunks.done(), "a body takes all up to its end");
            reading.taken += taken;
        }
    } catch (const Error&) {
        return {true, false, {}, 0};
    }
    reading.whole = chunks.done();
    return reading;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 2)
        return 0;
    http::Limits limits;
    limits.bodyBytes = 1000;
    limits.headerBytes = 500;
    const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
    const auto whole = read(bytes, bytes.size(), limits);
    fuzz::require(whole == read(bytes, 1 + data[0] % 16, limits), "cutting changes nothing");
    fuzz::require(whole.body.size() <= limits.bodyBytes, "a body is bounded");
    const auto frame = bytes.substr(0, whole.taken);
    const auto lines = std::ranges::count(frame, '\n');
    fuzz::require(!whole.whole || frame.ends_with("\r\n\r\n"), "an empty line ends a body");
    fuzz::require(!whole.whole || lines >= 2, "a body has two lines at least");
    return 0;
}
