#pragma once

#include "kubecred/Clock.h"

#include <poll.h>

#include <chrono>

namespace kubecred::storage {

/// Waits until the descriptor is ready for one of these events, those of poll(2). False once the
/// deadline has passed.
inline bool awaitDescriptor(int descriptor, short events, Deadline deadline) {
    using std::chrono::milliseconds;
    const auto left =
        std::chrono::ceil<milliseconds>(deadline - std::chrono::steady_clock::now()).count();
    pollfd watched{descriptor, events, 0};
    return left > 0 && ::poll(&watched, 1, static_cast<int>(left)) != 0;
}

} // namespace kubecred::storage
