#pragma once

#include "Poller.h"
#include "kubecred/SocketWaiter.h"

#include <list>

namespace kubecred::http {

/// The sockets that others wait for on an event loop. Used by the loop's thread.
class SocketWaits final : public SocketWaiter {
public:
    /// The poller must outlive this object.
    explicit SocketWaits(Poller& poller) noexcept : poller_(poller) {}

    void await(int socket, short events, Deadline deadline, Ready ready) override;

    bool empty() const noexcept { return waits_.empty(); }

    /// When `run` is to be called though no socket is ready; not while empty.
    Deadline earliest() const noexcept;

    /// Whether an event of the poller is of a socket in here: it is ready then.
    bool note(const void* token) noexcept;

    /// Ends the waits whose socket is ready or whose deadline has passed.
    void run();

private:
    struct Wait {
        int socket;
        Deadline deadline;
        Ready ready;
        bool isReady = false;
    };

    Poller& poller_;
    std::list<Wait> waits_; // few: one for each session with the database that is at work here
};

} // namespace kubecred::http
