#include "Scheduling.h"

#include <pthread.h>
#include <sched.h>

namespace kubecred::storage {

void giveWayOnWaking() noexcept {
    const sched_param parameters{};
    // Where a sandbox refuses it, batches are smaller, and that is all.
    pthread_setschedparam(pthread_self(), SCHED_BATCH, &parameters);
}

} // namespace kubecred::storage
