#pragma once

#include <string_view>

namespace kubecred::http {

/// Who may call a route: anyone, or who carries an API key with the scope of that name. The key of
/// the scope peer is that by which the services ask each other.
enum class Access { anyone, issue, verify, admin, peer };

/// "issue" and so on, as scopes are spelled in key entries; "anyone".
std::string_view nameOf(Access access) noexcept;

} // namespace kubecred::http
