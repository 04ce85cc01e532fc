#include "SocketWaits.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace kubecred::http {

void SocketWaits::await(int socket, short events, Deadline deadline, Ready ready) {
    std::list<Wait> added; // by itself first: nothing is kept of a socket that cannot be watched
    added.push_back({socket, deadline, std::move(ready)});
    poller_.watch(socket, events, &added.back());
    waits_.splice(waits_.end(), added);
}

Deadline SocketWaits::earliest() const noexcept {
    return std::ranges::min(waits_, {}, &Wait::deadline).deadline;
}

bool SocketWaits::note(const void* token) noexcept {
    for (Wait& wait : waits_)
        if (&wait == token)
            return wait.isReady = true;
    return false;
}

void SocketWaits::run() {
    if (waits_.empty())
        return;
    const auto now = std::chrono::steady_clock::now();
    std::list<Wait> over;
    for (auto wait = waits_.begin(); wait != waits_.end();) {
        const auto next = std::next(wait);
        if (wait->isReady || wait->deadline <= now) {
            poller_.forget(wait->socket);
            over.splice(over.end(), waits_, wait);
        }
        wait = next;
    }
    for (const Wait& wait : over)
        wait.ready(wait.isReady);
}

} // namespace kubecred::http
