#include "kubecred/http/Router.h"

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace kubecred::http {
namespace {

// What the methods of a route have for this one.
template <typename Methods>
Router::Match matchIn(const Methods& methods, Method method, std::string_view route) {
    const auto target = methods.find(method == Method::head ? Method::get : method);
    if (target == methods.end())
        return {nullptr, nullptr, route};
    return {&target->second.handler, &target->second.policy, route};
}

} // namespace

void Router::add(Method method, const std::string& path, RoutePolicy policy, Handler handler) {
    Methods& methods = RouteTemplate::isTemplate(path) ? methodsOfTemplate(path) : fixed_[path];
    const bool added =
        methods.emplace(method, Target{std::move(policy), std::move(handler)}).second;
    if (!added)
        throw std::logic_error("route registered twice: " + std::string(nameOf(method)) + " " +
                               path);
}

Router::Methods& Router::methodsOfTemplate(const std::string& path) {
    RouteTemplate pattern(path);
    auto place = templates_.end();
    for (auto known = templates_.begin(); known != templates_.end(); ++known) {
        if (known->pattern.text() == path)
            return known->methods;
        const bool isAlike = known->pattern.literals() == pattern.literals();
        if (isAlike && known->pattern.overlaps(pattern))
            throw std::logic_error("route " + path + " conflicts with " + known->pattern.text());
        if (place == templates_.end() && known->pattern.literals() < pattern.literals())
            place = known;
    }
    return templates_.insert(place, {std::move(pattern), {}})->methods;
}

Router::Match Router::match(Method method, std::string_view path) const {
    if (path.size() > 1 && path.ends_with('/'))
        path.remove_suffix(1);
    if (const auto found = fixed_.find(path); found != fixed_.end())
        return matchIn(found->second, method, found->first);
    for (const auto& [pattern, methods] : templates_)
        if (auto parameters = pattern.match(path)) {
            Match match = matchIn(methods, method, pattern.text());
            match.parameters = *std::move(parameters);
            return match;
        }
    return {};
}

std::vector<Route> Router::routes() const {
    std::vector<Route> all;
    const auto addAll = [&](std::string_view path, const Methods& methods) {
        for (const auto& [method, target] : methods)
            all.push_back({method, path, target.policy.access});
    };
    for (const auto& [path, methods] : fixed_)
        addAll(path, methods);
    for (const auto& [pattern, methods] : templates_)
        addAll(pattern.text(), methods);
    return all;
}

const Router::Methods* Router::methodsOf(std::string_view route) const {
    if (const auto found = fixed_.find(route); found != fixed_.end())
        return &found->second;
    const auto found = std::ranges::find_if(
        templates_, [&](const Template& known) { return known.pattern.text() == route; });
    return found == templates_.end() ? nullptr : &found->methods;
}

std::string Router::allowed(std::string_view route,
                            const std::function<bool(Access)>& isThere) const {
    const Methods* methods = methodsOf(route);
    if (methods == nullptr)
        return {};
    std::string allow;
    for (const auto& [method, target] : *methods) {
        if (!isThere(target.policy.access))
            continue;
        allow += nameOf(method);
        allow += method == Method::get ? ", HEAD, " : ", ";
    }
    return allow.empty() ? allow : allow + "OPTIONS";
}

} // namespace kubecred::http
