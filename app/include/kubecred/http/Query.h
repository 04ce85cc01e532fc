#pragma once

#include "kubecred/http/Parameter.h"
#include "kubecred/http/RoutePolicy.h"

#include <cstddef>
#include <string_view>
#include <vector>

namespace kubecred::http {

/// Bounds of what is read of a query.
inline constexpr std::size_t mostQueryParameters = 32;
inline constexpr std::size_t mostQueryBytes = 2048; ///< of a value, decoded

/// The parameters of a query (`a=1&b=2`) that the policy knows, in order, each at most once. As in
/// browsers' forms, `+` stands for a space.
/// Where the policy refuses unknown parameters, throws Error: validation, with the name as the
/// field, for each that is unknown or repeated or has a value that is too long or cannot be
/// decoded; malformedRequest where there are too many or a name cannot be decoded. Otherwise leaves
/// out what is unknown or malformed, and of a repeated one takes the first that is well-formed.
std::vector<Parameter> readQuery(std::string_view query, const RoutePolicy& policy);

} // namespace kubecred::http
