#pragma once

#include <string>
#include <string_view>

namespace kubecred::storage {

/// The SQL text with the quoted name of the schema in place of every `{schema}`. Each text names
/// its tables so: nothing of ours is found by a search path, which others may put something into.
/// `schema`: of lower-case letters, digits and underscores.
std::string inSchema(std::string_view sql, std::string_view schema);

} // namespace kubecred::storage
