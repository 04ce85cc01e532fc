#pragma once

#include "http/Limits.h"
#include "kubecred/Error.h"
#include "kubecred/http/Request.h"

#include <memory>
#include <string_view>

namespace kubecred::http {

/// Reads one HTTP/1.x request out of bytes that arrive in pieces. Boost.Beast's parser does the
/// grammar of the header; on top of it this refuses whatever two HTTP implementations could read
/// differently (RFC 9112, section 11.2): a missing, repeated or strange Host, a target beyond ASCII
/// or with a bad escape, any repeated or listed Content-Length, any Transfer-Encoding but exactly
/// `chunked`, folded fields. One object a request.
class RequestParser {
public:
    explicit RequestParser(const Limits& limits);
    ~RequestParser();
    RequestParser(const RequestParser&) = delete;
    RequestParser& operator=(const RequestParser&) = delete;

    /// Takes the header from the front of `bytes`, with the empty line before it, and returns how
    /// many they were: none until it is there to its end. To be called until `headerDone`. Throws
    /// Error (malformedRequest, headersTooLarge, lengthRequired); the connection cannot be read
    /// from after that.
    std::size_t putHeader(std::string_view bytes);

    /// From now on the body may have so many bytes, instead of those of the limits.
    void limitBody(std::size_t bytes) noexcept;

    /// Reads over the body from now on and keeps nothing of it, so that the next request is found
    /// behind it. False where the body may never come, or has no length that is known: to be
    /// called once the header is read.
    bool skipBody() noexcept;

    /// Takes bytes of the body from the front of `bytes`, which may be none, and returns how many
    /// they were; what follows the request stays. Throws Error (malformedRequest, headersTooLarge,
    /// bodyTooLarge: also for a body that is only announced); as `putHeader`.
    std::size_t putBody(std::string_view bytes);

    /// Header, then body.
    std::size_t put(std::string_view bytes);

    bool headerDone() const noexcept;
    bool done() const noexcept;

    /// The client waits for `100 Continue` before it sends the body. True once the header is read
    /// and the body is not.
    bool expectsContinue() const noexcept;

    bool keepAlive() const noexcept;
    bool isHttp10() const noexcept;

    /// The request as far as it was read. Views into this object.
    Request request() const;

    std::string_view body() const noexcept;

    /// How much memory the body takes, as far as it has come.
    std::size_t bodyMemory() const noexcept;

private:
    struct State;

    std::size_t headerSize(std::string_view bytes);
    void parseHeader(std::string_view bytes);
    void checkHeader(std::string_view raw);
    void checkTarget() const;
    void checkFraming();
    void checkLengthIsNotOwed() const;

    std::unique_ptr<State> state_;
};

} // namespace kubecred::http
