#pragma once

#include "kubecred/Clock.h"

#include <functional>

namespace kubecred {

/// Waits for sockets on behalf of others, while no thread does. Used on its executor's thread only.
class SocketWaiter {
public:
    /// `inTime` is false where the deadline passed first. Throws nothing.
    using Ready = std::function<void(bool inTime)>;

    virtual ~SocketWaiter() = default;

    /// Calls `ready` once, later, when the socket is ready for one of these events (those of
    /// poll(2); an error or an end counts as well) or the deadline has passed. The socket must stay
    /// open until then, and nobody else may await it.
    virtual void await(int socket, short events, Deadline deadline, Ready ready) = 0;
};

} // namespace kubecred
