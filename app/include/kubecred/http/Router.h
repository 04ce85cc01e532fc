#pragma once

#include "kubecred/Deferred.h"
#include "kubecred/RequestContext.h"
#include "kubecred/http/Request.h"
#include "kubecred/http/Response.h"
#include "kubecred/http/RoutePolicy.h"
#include "kubecred/http/RouteTemplate.h"

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace kubecred::http {

/// Answers one request, at once or later; it never waits, since other requests wait for its
/// thread. Throws, or fails with, Error for what cannot be answered as asked; any other exception
/// becomes a 500. Request and context stay until it is answered. Called from several threads at
/// once.
using Handler = std::function<Deferred<Response>(const Request&, const RequestContext&)>;

/// One line of the table of routes.
struct Route {
    Method method;
    std::string_view path;
    Access access;
};

/// The table of routes: which path and method are answered by whom, and under which policy. Filled
/// at start, by one thread; only read from then on, by any number.
///
/// A path is fixed or a template, such as `/issuance/credentials/{id}`. Fixed ones are looked up
/// first, whatever their methods. Of several templates that a path fits, the one with more literal
/// segments is taken; so two with equally many must not fit the same path.
class Router {
public:
    /// What a look-up yields. `handler` and `policy` are null where no route fits; a path that is
    /// there tells its `route` all the same.
    struct Match {
        const Handler* handler = nullptr;
        const RoutePolicy* policy = nullptr;
        std::string_view route; ///< the path as registered, for logs; empty for an unknown path
        std::vector<Parameter> parameters = {}; ///< of a template
    };

    /// Registers a route. Throws std::logic_error where the pair is taken, or where the path is a
    /// template that is none or that conflicts with another.
    void add(Method method, const std::string& path, RoutePolicy policy, Handler handler);

    /// Finds the route. One trailing slash is accepted; HEAD is answered by a GET route.
    Match match(Method method, std::string_view path) const;

    /// The methods of a path that `route` of a match tells, as the value of an Allow header, as far
    /// as `isThere` says that what they open is. Empty where none is.
    std::string allowed(std::string_view route, const std::function<bool(Access)>& isThere) const;

    /// Every route, templates last; what it points to stays as long as the router, unless a route
    /// is added.
    std::vector<Route> routes() const;

private:
    struct Target {
        RoutePolicy policy;
        Handler handler;
    };
    using Methods = std::map<Method, Target>;

    struct Template {
        RouteTemplate pattern;
        Methods methods;
    };

    Methods& methodsOfTemplate(const std::string& path);
    const Methods* methodsOf(std::string_view route) const;

    std::map<std::string, Methods, std::less<>> fixed_;
    std::vector<Template> templates_; // those with more literals first
};

} // namespace kubecred::http
