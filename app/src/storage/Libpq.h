#pragma once

#include "kubecred/Clock.h"

#include <libpq-fe.h>

#include <poll.h>

#include <chrono>

namespace kubecred::storage {

// What every user of a libpq connection needs.

/// Waits until the descriptor is ready for one of these events, those of poll(2). False once the
/// deadline has passed.
inline bool awaitSocket(int fd, short events, Deadline deadline) {
    using std::chrono::milliseconds;
    const auto left =
        std::chrono::ceil<milliseconds>(deadline - std::chrono::steady_clock::now()).count();
    pollfd watched{fd, events, 0};
    return left > 0 && ::poll(&watched, 1, static_cast<int>(left)) != 0;
}

/// Notices would go to standard error, and may quote what nobody should read there.
inline void silenceNotices(PGconn* connection) noexcept {
    PQsetNoticeProcessor(
        connection, [](void*, const char*) {}, nullptr);
}

} // namespace kubecred::storage
