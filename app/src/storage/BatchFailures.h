#pragma once

#include "Fault.h"
#include "SessionSlot.h"
#include "kubecred/ClassName.h"
#include "kubecred/Log.h"

#include <chrono>
#include <exception>
#include <string_view>
#include <utility>
#include <vector>

namespace kubecred::storage {

template <typename JobType>
void failAll(std::vector<JobType> batch, Fault fault) {
    for (auto& job : batch)
        if (!job.answered())
            job.fail(fault);
}

/// Fails those jobs whose deadline has passed, and drops what is answered.
template <typename JobType>
void failLate(std::vector<JobType>& batch) {
    const auto now = std::chrono::steady_clock::now();
    for (auto& job : batch)
        if (job.deadline <= now)
            job.fail(Fault::timedOut);
    std::erase_if(batch, [](const JobType& job) { return job.answered(); });
}

/// After a failed batch: sees to the session, and fails those jobs that no other session is to try.
template <typename JobType>
void failOrRetry(SessionSlot& slot, std::vector<JobType>& batch, Fault fault) {
    constexpr int mostFailures = 3;
    const bool lost = !slot.session()->usable();
    slot.failed(fault);
    for (auto& job : batch)
        if (!job.answered() &&
            (!lost || fault == Fault::timedOut || ++job.failures >= mostFailures))
            job.fail(fault);
}

/// `failOrRetry` for the exception that ended the batch.
template <typename JobType>
void failOrRetry(SessionSlot& slot, std::vector<JobType>& batch, const std::exception_ptr& failure,
                 Logger& logger) {
    try {
        std::rethrow_exception(failure);
    } catch (const StorageError& error) {
        failOrRetry(slot, batch, error.fault());
    } catch (const std::exception& exception) {
        logger.log(LogLevel::error, "a database session failed",
                   {{"error", classNameOf(exception)}});
        slot.failed(Fault::refused);
        failAll(std::exchange(batch, {}), Fault::refused);
    }
}

} // namespace kubecred::storage
