#include "kubecred/http/Request.h"

#include "kubecred/Text.h"

#include <algorithm>
#include <stdexcept>

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

const std::string& Request::parameter(std::string_view name) const {
    const auto found = std::ranges::find(parameters, name, &Parameter::name);
    if (found == parameters.end())
        throw std::out_of_range("the route has no such parameter");
    return found->value;
}

std::optional<std::string_view> Request::queryValue(std::string_view name) const noexcept {
    const auto found = std::ranges::find(query, name, &Parameter::name);
    return found == query.end() ? std::nullopt : std::optional<std::string_view>(found->value);
}

} // namespace kubecred::http
