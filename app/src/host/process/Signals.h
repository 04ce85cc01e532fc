#pragma once

#include "kubecred/Clock.h"

#include <chrono>
#include <functional>
#include <optional>

namespace kubecred::host {

/// Blocks the signals that end the process, SIGHUP and SIGPIPE. Call in main before any thread
/// exists: threads inherit it, and as process 1 an unblocked SIGTERM without a handler would be
/// lost.
void blockSignals() noexcept;

/// Waits for SIGHUP or for a signal that ends the process (SIGTERM, SIGINT, SIGQUIT); returns
/// which.
int waitForSignal() noexcept;

/// Waits for a signal that ends the process, for so long at most.
std::optional<int> waitForEndSignal(std::chrono::milliseconds most) noexcept;

/// Whether something comes true within the patience, which a signal that ends the process ends as
/// well. `isTrueBy` waits for it itself, until the deadline that it gets, and is called again and
/// again.
bool comesTrueInTime(const std::function<bool(Deadline)>& isTrueBy,
                     std::chrono::milliseconds patience);

/// For commands that do one thing and exit: from now on those signals end the process at once,
/// with the status 128 plus their number.
void exitOnSignals() noexcept;

} // namespace kubecred::host
