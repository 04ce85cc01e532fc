#include "kubecred/http/JsonBody.h"

#include "kubecred/http/Content.h"

#include <array>

namespace kubecred::http {

json::Document readJson(const Request& request) {
    requireContent(request, std::array<std::string_view, 1>{"application/json"});
    return json::parse(request.body);
}

} // namespace kubecred::http
