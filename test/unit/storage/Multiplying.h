#pragma once

#include "storage/batching/Batcher.h"
#include "storage/batching/Job.h"

#include <vector>

namespace kubecred::test {

/// How a FakeDatabase is asked for ten times a number. As storage::BatchedOperation says.
struct Multiplying {
    using Job = storage::Job<int, int>;

    /// Numbers from here on are answered alone only.
    static constexpr int firstLarge = 1000000;

    /// Asks again for what has no row in an answer.
    static Deferred<storage::Done> perform(storage::Lease& lease, std::vector<Job>& jobs);

    static bool isAboutOne(storage::Fault fault) noexcept {
        return fault == storage::Fault::valueRefused || fault == storage::Fault::locked;
    }

    static bool waitForTheSame(const Job& one, const Job& other) noexcept {
        return one.question == other.question;
    }
};

} // namespace kubecred::test

namespace kubecred::storage {
extern template class Batcher<test::Multiplying>; // as those of the operations
}
