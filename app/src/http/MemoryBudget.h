#pragma once

#include <atomic>
#include <cstddef>

namespace kubecred::http {

/// Bounds what all connections together hold of requests that come in and answers that go out.
/// Safe to use from several threads at once.
class MemoryBudget {
public:
    /// A connection may always hold so many bytes, uncounted: small requests are read and small
    /// answers sent, such as those about health, whatever else is going on.
    static constexpr std::size_t freeBytes = 8192;

    /// `bytes`: the most that may be held at once, beyond what is free.
    explicit MemoryBudget(std::size_t bytes) noexcept : most_(bytes) {}

    /// False where that would be too much; then nothing is taken.
    bool tryTake(std::size_t bytes) noexcept;
    void give(std::size_t bytes) noexcept;

    std::size_t held() const noexcept { return held_.load(std::memory_order_relaxed); }

    /// What part of the time that slow clients usually have is left to them: all of it up to a
    /// half of the budget, and then the less the more of it is held, down to a tenth.
    double patience() const noexcept;

    /// Whether much has been given back since it last said so: the process may then give it back
    /// to the system.
    bool takeSurplus() noexcept;

private:
    const std::size_t most_;
    std::atomic<std::size_t> held_{0};
    std::atomic<std::size_t> peak_{0}; // since the last surplus
};

/// What one connection holds of the budget. Used by one thread at a time.
class MemoryShare {
public:
    /// The budget must outlive this object.
    explicit MemoryShare(MemoryBudget& budget) noexcept : budget_(budget) {}
    ~MemoryShare() { resize(0); }
    MemoryShare(const MemoryShare&) = delete;
    MemoryShare& operator=(const MemoryShare&) = delete;

    /// From now on the connection holds so many bytes, or so many more. False where there is no
    /// room for that: it is then taken to hold what it held before.
    bool resize(std::size_t bytes) noexcept;
    bool grow(std::size_t bytes) noexcept { return resize(bytes_ + bytes); }

    /// Whether it holds more than is free.
    bool counts() const noexcept { return countedOf(bytes_) > 0; }

private:
    static std::size_t countedOf(std::size_t bytes) noexcept {
        return bytes > MemoryBudget::freeBytes ? bytes - MemoryBudget::freeBytes : 0;
    }

    MemoryBudget& budget_;
    std::size_t bytes_ = 0;
};

} // namespace kubecred::http
