#include "kubecred/http/Router.h"

#include <stdexcept>
#include <utility>

namespace kubecred::http {

void Router::add(Method method, const std::string& path, Handler handler) {
    const bool added = routes_[path].emplace(method, std::move(handler)).second;
    if (!added)
        throw std::logic_error("route registered twice: " + std::string(nameOf(method)) + " " +
                               path);
}

Router::Match Router::match(Method method, std::string_view path) const {
    if (path.size() > 1 && path.ends_with('/'))
        path.remove_suffix(1);
    const auto found = routes_.find(path);
    if (found == routes_.end())
        return {};
    const auto& [route, methods] = *found;
    const auto handler = methods.find(method == Method::head ? Method::get : method);
    if (handler == methods.end())
        return {nullptr, route, allowed(methods)};
    return {&handler->second, route, {}};
}

std::string Router::allowed(const Methods& methods) {
    std::string allow;
    for (const auto& [method, handler] : methods) {
        allow += nameOf(method);
        allow += method == Method::get ? ", HEAD, " : ", ";
    }
    return allow + "OPTIONS";
}

} // namespace kubecred::http
