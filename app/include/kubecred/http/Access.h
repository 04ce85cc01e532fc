#pragma once

#include <string_view>

namespace kubecred::http {

/// Who may call a route: anyone, or who carries an API key with the scope of that name.
enum class Access { anyone, issue, verify, admin };

/// "issue" and so on, as scopes are spelled in key entries; "anyone".
std::string_view nameOf(Access access) noexcept;

} // namespace kubecred::http
