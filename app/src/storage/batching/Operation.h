#pragma once

#include "kubecred/Deferred.h"
#include "storage/Fault.h"
#include "storage/sessions/Lease.h"

#include <concepts>
#include <variant>
#include <vector>

namespace kubecred::storage {

/// What an operation comes to that has no value.
using Done = std::monostate;

/// What a database is asked in batches. Every event loop uses it at once.
template <typename O>
concept BatchedOperation = requires(Lease& lease, std::vector<typename O::Job>& jobs,
                                    const typename O::Job& job, Fault fault) {
    /// Asks for all jobs, and answers each but those that it marks to travel alone. Fails with
    /// StorageError; what is answered by then stays so.
    { O::perform(lease, jobs) } -> std::same_as<Deferred<Done>>;

    /// Whether the database may refuse a batch with this fault for the sake of one job in it.
    { O::isAboutOne(fault) } -> std::same_as<bool>;

    /// Whether what one job waits for in vain keeps the other one waiting as well.
    { O::waitForTheSame(job, job) } -> std::same_as<bool>;
};

} // namespace kubecred::storage
