#include "RequestParser.h"

#include "ChunkedBody.h"
#include "Grammar.h"
#include "Refusals.h"
#include "kubecred/Text.h"

#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>

#include <algorithm>
#include <limits>
#include <optional>
#include <string>
#include <vector>

namespace kubecred::http {
namespace {

namespace beast = boost::beast::http;

std::string_view view(boost::beast::string_view text) noexcept {
    return {text.data(), text.size()};
}

Method methodOf(beast::verb verb) noexcept {
    switch (verb) {
    case beast::verb::get:
        return Method::get;
    case beast::verb::head:
        return Method::head;
    case beast::verb::post:
        return Method::post;
    case beast::verb::put:
        return Method::put;
    case beast::verb::patch:
        return Method::patch;
    case beast::verb::delete_:
        return Method::delete_;
    case beast::verb::options:
        return Method::options;
    default:
        return Method::other;
    }
}

constexpr std::size_t usualFields = 16;

bool isMethodCharacter(char c) noexcept {
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '-' || c == '_';
}

} // namespace

struct RequestParser::State {
    explicit State(const Limits& limitsIn) : limits(limitsIn) {
        parser.header_limit(static_cast<std::uint32_t>(limits.headerBytes));
        // Bodies are read here, and their sizes checked once the header is read, so that the
        // refusal carries the caller's request id and the limit can be that of the route.
        parser.body_limit(std::numeric_limits<std::uint64_t>::max());
        parser.eager(false);
    }

    std::size_t count(beast::field name) const {
        const auto [first, last] = parser.get().equal_range(name);
        return static_cast<std::size_t>(std::distance(first, last));
    }

    std::string_view value(beast::field name) const { return view(parser.get()[name]); }

    // Nothing is kept for what is only announced.
    std::size_t takeBody(std::string_view bytes) {
        if (chunks)
            return chunks->put(bytes, body);
        const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(bytes.size(), left));
        body.append(bytes.substr(0, skipsBody ? 0 : count));
        left -= count;
        return count;
    }

    Limits limits;
    beast::request_parser<beast::empty_body> parser; // of the header alone
    std::vector<Header> headers;
    std::size_t headerBytesSeen = 0; // of those that wait for the rest of the header
    std::uint64_t left = 0;          // of a body whose length is known
    std::optional<ChunkedBody> chunks;
    std::string body;
    bool bodyBegun = false;
    bool skipsBody = false;
};

RequestParser::RequestParser(const Limits& limits) : state_(std::make_unique<State>(limits)) {}
RequestParser::~RequestParser() = default;

std::size_t RequestParser::put(std::string_view bytes) {
    std::size_t taken = 0;
    if (!headerDone()) {
        taken = putHeader(bytes);
        if (!headerDone())
            return taken;
    }
    return taken + putBody(bytes.substr(taken));
}

std::size_t RequestParser::putHeader(std::string_view bytes) {
    // A server should ignore an empty line before the request line (RFC 9112, section 2.2).
    const std::size_t emptyLine = bytes.starts_with("\r\n") ? 2 : 0;
    bytes.remove_prefix(emptyLine);
    if (!bytes.empty() && bytes.front() != '\r' && !isMethodCharacter(bytes.front()))
        refuseMalformed("not HTTP"); // said at once: the end of such a header may never come
    // Beast takes fields as they come, and counts its limit anew for each read: it is given the
    // whole header at once, so that the limit and the checks below hold however it is cut.
    const std::size_t size = headerSize(bytes);
    if (size == 0)
        return 0;
    parseHeader(bytes.substr(0, size));
    checkHeader(bytes.substr(0, size));
    return emptyLine + size;
}

// The size of the header with its closing empty line; 0 where that has not come yet.
std::size_t RequestParser::headerSize(std::string_view bytes) {
    std::size_t& seen = state_->headerBytesSeen;
    for (; seen < bytes.size(); ++seen) {
        seen = std::min(bytes.find('\n', seen), bytes.size());
        if (seen == bytes.size())
            break;
        const auto before = bytes.substr(0, seen);
        if (!before.ends_with('\r'))
            refuseMalformed("bare LF");
        if (before.ends_with("\r\n\r"))
            break;
    }
    const bool complete = seen < bytes.size();
    if (seen + (complete ? 1 : 0) > state_->limits.headerBytes)
        refuseLargeHeader();
    return complete ? seen + 1 : 0;
}

void RequestParser::limitBody(std::size_t bytes) noexcept { state_->limits.bodyBytes = bytes; }

std::size_t RequestParser::putBody(std::string_view bytes) {
    if (state_->left > state_->limits.bodyBytes - state_->body.size())
        refuseLargeBody();
    const std::size_t taken = state_->takeBody(bytes);
    state_->bodyBegun = state_->bodyBegun || taken > 0;
    return taken;
}

void RequestParser::parseHeader(std::string_view bytes) {
    boost::system::error_code error;
    state_->parser.put(boost::asio::const_buffer(bytes.data(), bytes.size()), error);
    if (error == beast::error::header_limit)
        refuseLargeHeader();
    if (error && error != beast::error::need_more)
        refuseMalformed(error.message());
    if (!headerDone())
        refuseMalformed("header");
}

void RequestParser::checkHeader(std::string_view raw) {
    const auto& fields = state_->parser.get();
    state_->headers.reserve(usualFields);
    for (const auto& field : fields)
        state_->headers.push_back({view(field.name_string()), view(field.value())});
    if (state_->headers.size() > state_->limits.headerFields)
        refuseLargeHeader();
    if (raw.find("\r\n ") != std::string_view::npos || raw.find("\r\n\t") != std::string_view::npos)
        refuseMalformed("folded header field");
    const std::size_t hosts = state_->count(beast::field::host);
    if (hosts > 1 || (hosts == 0 && !isHttp10()))
        refuseMalformed("Host missing or repeated");
    checkTarget();
    checkFraming();
}

void RequestParser::checkTarget() const {
    const auto host = state_->value(beast::field::host);
    if (!host.empty() && !isAuthority(host))
        refuseMalformed("Host");
    if (!isTarget(view(state_->parser.get().target())))
        refuseMalformed("target");
}

void RequestParser::checkFraming() {
    const std::size_t codings = state_->count(beast::field::transfer_encoding);
    const std::size_t lengths = state_->count(beast::field::content_length);
    if (codings > 0) {
        const bool plainChunked =
            codings == 1 &&
            equalsIgnoringCase(state_->value(beast::field::transfer_encoding), "chunked");
        if (!plainChunked || lengths > 0 || isHttp10())
            refuseMalformed("Transfer-Encoding");
        state_->chunks.emplace(state_->limits);
        return;
    }
    if (lengths == 0) {
        checkLengthIsNotOwed();
        return;
    }
    const auto length = state_->value(beast::field::content_length);
    if (lengths > 1 || length.find_first_not_of("0123456789") != std::string_view::npos)
        refuseMalformed("Content-Length");
    state_->left = state_->parser.content_length().value_or(0);
}

// A request without a length has no body. One from a time when the end of the connection could end
// a body is asked for the length.
void RequestParser::checkLengthIsNotOwed() const {
    const Method method = methodOf(state_->parser.get().method());
    const bool mayHaveBody =
        method == Method::post || method == Method::put || method == Method::patch;
    if (mayHaveBody && isHttp10())
        throw Error(ErrorKind::lengthRequired, "Content-Length is required");
}

bool RequestParser::headerDone() const noexcept { return state_->parser.is_header_done(); }

bool RequestParser::done() const noexcept {
    if (!headerDone())
        return false;
    return state_->chunks ? state_->chunks->done() : state_->left == 0;
}

bool RequestParser::expectsContinue() const noexcept {
    return headerDone() && !done() && !isHttp10() && !state_->bodyBegun &&
           equalsIgnoringCase(state_->value(beast::field::expect), "100-continue");
}

bool RequestParser::keepAlive() const noexcept { return done() && state_->parser.keep_alive(); }

bool RequestParser::isHttp10() const noexcept { return state_->parser.get().version() == 10; }

Request RequestParser::request() const {
    const auto& message = state_->parser.get();
    Request request;
    if (!headerDone())
        return request;
    request.method = methodOf(message.method());
    request.path = pathOf(view(message.target()));
    request.headers = state_->headers;
    request.body = state_->body;
    request.queryText = queryOf(view(message.target()));
    return request;
}

bool RequestParser::skipBody() noexcept {
    state_->skipsBody = !state_->chunks && !expectsContinue();
    return state_->skipsBody;
}

std::string_view RequestParser::body() const noexcept { return state_->body; }

std::size_t RequestParser::bodyMemory() const noexcept { return state_->body.capacity(); }

} // namespace kubecred::http
