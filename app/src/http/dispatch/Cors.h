#pragma once

#include "kubecred/http/Request.h"
#include "kubecred/http/Response.h"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kubecred::http {

/// Which web pages may read answers (the CORS protocol of the Fetch standard). A value; safe to
/// read from several threads.
class Cors {
public:
    /// Allows no page.
    Cors() = default;

    /// Reads a comma-separated list of origins such as `https://app.example.org`, or `*`. Nothing
    /// where an entry is none as browsers spell it (Fetch, section 3.2), and so would fit no page:
    /// in lower case, without a path, a user or the port that is the scheme's own.
    static std::optional<Cors> parse(std::string_view list);

    /// Asks whether a page may send a request, rather than sending it.
    static bool isPreflight(const Request& request) noexcept;

    /// Adds to the answer of `request` what a browser needs to let the page see it.
    void addHeaders(const Request& request, Response& response) const;

    /// Adds what a preflight of a page that is allowed asks for; `methods` is a list such as
    /// `POST, OPTIONS`. Whatever headers it asks for it may send, in up to a kilobyte of names.
    void addPreflightHeaders(const Request& request, const std::string& methods,
                             Response& response) const;

private:
    bool allows(const Request& request) const;

    bool any_ = false;
    std::vector<std::string> origins_;
};

} // namespace kubecred::http
