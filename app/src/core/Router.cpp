#include "kubecred/http/Router.h"

#include <stdexcept>
#include <utility>

namespace kubecred::http {

void Router::add(Method method, const std::string& path, const RoutePolicy& policy,
                 Handler handler) {
    const bool added = routes_[path].emplace(method, Target{policy, std::move(handler)}).second;
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
    const auto target = methods.find(method == Method::head ? Method::get : method);
    if (target == methods.end())
        return {nullptr, nullptr, route};
    return {&target->second.handler, &target->second.policy, route};
}

std::vector<Route> Router::routes() const {
    std::vector<Route> all;
    for (const auto& [path, methods] : routes_)
        for (const auto& [method, target] : methods)
            all.push_back({method, path, target.policy.access});
    return all;
}

std::string Router::allowed(std::string_view route,
                            const std::function<bool(Access)>& isThere) const {
    const auto found = routes_.find(route);
    if (found == routes_.end())
        return {};
    std::string allow;
    for (const auto& [method, target] : found->second) {
        if (!isThere(target.policy.access))
            continue;
        allow += nameOf(method);
        allow += method == Method::get ? ", HEAD, " : ", ";
    }
    return allow.empty() ? allow : allow + "OPTIONS";
}

} // namespace kubecred::http
