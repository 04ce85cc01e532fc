#pragma once

#include <cstddef>
#include <string_view>

namespace kubecred::json {

/// How many bytes a JSON text takes as PostgreSQL's jsonb gives it back: with every number written
/// out (`1e3` as `1000`, `1e-3` as `0.001`) and a space behind each comma and colon. `compact` is
/// JSON without white space, as Value has it.
std::size_t writtenOutSize(std::string_view compact) noexcept;

} // namespace kubecred::json
