#pragma once

#include "http/Limits.h"

#include <cstdint>

namespace kubecred::host {

/// Lets this process open as many file descriptors as its hard limit allows, and returns how many.
std::uint64_t raiseDescriptorLimit() noexcept;

/// The limits with no more connections than so many descriptors can carry beside what else the
/// process opens.
http::Limits fitted(http::Limits limits, std::uint64_t descriptors) noexcept;

} // namespace kubecred::host
