#include "kubecred/Timers.h"

namespace kubecred {

void Timers::run() {
    if (queue_.empty())
        return;
    const auto now = std::chrono::steady_clock::now();
    while (!queue_.empty() && earliest() <= now)
        queue_.extract(queue_.begin()).mapped()->expire();
}

} // namespace kubecred
