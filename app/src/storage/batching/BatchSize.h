#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>

namespace kubecred::storage {

/// How many jobs may travel together: the more, the less each costs; but a database that is slow
/// for each row would miss the deadline of a large batch, and with it all of its work. Used by one
/// thread at a time.
class BatchSize {
public:
    static constexpr std::size_t limit = 256; ///< of `most`

    std::size_t most() const noexcept { return most_; }

    /// A batch of this size took so long.
    void note(std::size_t size, std::chrono::steady_clock::duration took) noexcept {
        if (took > slow)
            most_ = std::max<std::size_t>(1, std::min(most_, size) / 2);
        else if (size >= most_ && took < slow / 4)
            most_ = std::min(2 * most_, limit);
    }

private:
    static constexpr std::chrono::milliseconds slow{250};

    std::size_t most_ = limit;
};

} // namespace kubecred::storage
