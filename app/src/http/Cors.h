#pragma once

#include "kubecred/http/Request.h"
#include "kubecred/http/Response.h"

#include <string>
#include <string_view>
#include <vector>

namespace kubecred::http {

/// Which web pages may read answers (the CORS protocol of the Fetch standard). A value; safe to
/// read from several threads.
class Cors {
public:
    /// `origins`: a comma-separated list of origins such as `https://app.example.org`, or `*`.
    explicit Cors(std::string_view origins);

    /// Asks whether a page may send a request, rather than sending it.
    static bool isPreflight(const Request& request) noexcept;

    /// Adds to the answer of `request` what a browser needs to let the page see it.
    void addHeaders(const Request& request, Response& response) const;

    /// Adds what a preflight asks for; `methods` is a list such as `POST, OPTIONS`.
    void addPreflightHeaders(const Request& request, const std::string& methods,
                             Response& response) const;

private:
    bool any_ = false;
    std::vector<std::string> origins_;
};

} // namespace kubecred::http
