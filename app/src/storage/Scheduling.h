#pragma once

namespace kubecred::storage {

/// Lets the calling thread, each time that it has something to do again, wait for a free processor
/// instead of interrupting another thread (sched(7), SCHED_BATCH). A thread that works in batches
/// so finds larger ones.
void giveWayOnWaking() noexcept;

} // namespace kubecred::storage
