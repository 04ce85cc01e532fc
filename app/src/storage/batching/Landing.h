#pragma once

#include "Operation.h"

#include <cassert>
#include <cstddef>
#include <exception>
#include <optional>

namespace kubecred::storage {

/// How a batch ended, and what that means for its jobs and for those that still wait.
template <BatchedOperation Operation>
struct Landing {
    using Job = typename Operation::Job;

    /// Sessions that may be lost, or conflicts met, before a job fails.
    static constexpr int mostFailures = 3;

    std::size_t size = 0;          ///< jobs of the batch
    std::optional<Fault> fault{};  ///< none: the session did what it was asked
    bool isSessionLost = false;    ///< and with it whatever it was at
    bool isDatabaseLocked = false; ///< for everybody, not for one job's sake

    /// Fails a job that the batch left unanswered, or leaves it open: then it is to be tried again,
    /// by itself where its `alone` is set.
    void judge(Job& job) const {
        if (!fault) {
            assert(job.alone); // or it was forgotten
            if (!job.alone)
                job.fail(Fault::refused);
            return;
        }
        const bool again = isSessionLost ? *fault != Fault::timedOut : *fault == Fault::conflict;
        if (!isSessionLost && size > 1 && Operation::isAboutOne(*fault))
            job.alone = true;
        else if (!again || ++job.failures >= mostFailures)
            job.fail(*fault);
    }

    /// Whether a job that waits to travel alone would wait in vain, as long as this one did. Where
    /// there is a fault only.
    bool dooms(const Job& waiting, const Job& failed) const {
        if (!failed.answered())
            return false;
        return isDatabaseLocked ||
               (*fault == Fault::locked && Operation::waitForTheSame(failed, waiting));
    }
};

/// Whether this is a StorageError that tells of a lock.
inline bool isLocked(const std::exception_ptr& failure) {
    try {
        if (failure)
            std::rethrow_exception(failure);
    } catch (const StorageError& error) {
        return error.fault() == Fault::locked;
    } catch (...) {
        return false;
    }
    return false;
}

} // namespace kubecred::storage
