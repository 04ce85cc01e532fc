#pragma once

#include "kubecred/Clock.h"

namespace kubecred::test {

/// A clock that stands still, at 2026-01-31T09:05:00.042Z.
class FixedClock final : public Clock {
public:
    Timestamp now() const override { return Timestamp(std::chrono::milliseconds(1769850300042)); }
};

} // namespace kubecred::test
