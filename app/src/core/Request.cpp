#include "kubecred/http/Request.h"

#include "kubecred/Text.h"

namespace kubecred::http {

std::string_view nameOf(Method method) noexcept {
    switch (method) {
    case Method::get:
        return "GET";
    case Method::head:
        return "HEAD";
    case Method::post:
        return "POST";
    case Method::put:
        return "PUT";
    case Method::patch:
        return "PATCH";
    case Method::delete_:
        return "DELETE";
    case Method::options:
        return "OPTIONS";
    case Method::other:
        break;
    }
    return "OTHER";
}

std::optional<std::string_view> Request::header(std::string_view name) const noexcept {
    for (const Header& header : headers)
        if (equalsIgnoringCase(header.name, name))
            return header.value;
    return std::nullopt;
}

} // namespace kubecred::http
