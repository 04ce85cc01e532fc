#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace kubecred::http {

/// Who may call a route: anyone, or who carries an API key with the scope of that name. A new scope
/// is a word here, before `peer`, and its line in `scopes`; everything else follows from that line.
enum class Access { anyone, issue, verify, admin, peer };

/// What there is to know of a scope.
struct Scope {
    Access access;
    std::string_view name;   ///< as key entries spell it
    bool isGranted = true;   ///< whether operators make keys of it; else its key is a setting
    bool isOptional = false; ///< whether its routes are as if they were not there, where no key
                             ///< has it; else the log warns of that
};

/// Every scope, in the order of Access and of texts that list them.
inline constexpr std::array scopes{
    Scope{.access = Access::issue, .name = "issue"},
    Scope{.access = Access::verify, .name = "verify"},
    Scope{.access = Access::admin, .name = "admin", .isOptional = true},
    // By its key the services ask each other.
    Scope{.access = Access::peer, .name = "peer", .isGranted = false, .isOptional = true},
};

/// What there is to know of the scope that opens this; nothing for what is open to anyone.
constexpr const Scope* scopeOf(Access access) noexcept {
    return access == Access::anyone ? nullptr : &scopes[static_cast<std::size_t>(access) - 1];
}

static_assert(scopes.size() == static_cast<std::size_t>(Access::peer), "one line for each scope");
static_assert(
    [] {
        for (const Scope& scope : scopes)
            if (scopeOf(scope.access) != &scope)
                return false;
        return true;
    }(),
    "in the order of Access");

/// "issue" and so on, as scopes are spelled in key entries; "anyone".
constexpr std::string_view nameOf(Access access) noexcept {
    const Scope* scope = scopeOf(access);
    return scope == nullptr ? "anyone" : scope->name;
}

} // namespace kubecred::http
