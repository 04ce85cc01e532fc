#pragma once

namespace kubecred::http {

/// Makes a listening socket deaf to new connections, while those that the kernel has begun to
/// accept still come through (a classic BPF filter, socket(7), SO_ATTACH_FILTER). Whoever is not
/// let in tries again and then finds the next one who listens. False where the kernel refuses.
bool refuseNewConnections(int fd) noexcept;

} // namespace kubecred::http
