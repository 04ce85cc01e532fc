#include "MemoryBudget.h"

#include <algorithm>

namespace kubecred::http {
namespace {

// Less than that is soon needed again.
constexpr std::size_t leastSurplus = 8 << 20;

} // namespace

bool MemoryBudget::tryTake(std::size_t bytes) noexcept {
    const std::size_t held = held_.fetch_add(bytes, std::memory_order_relaxed) + bytes;
    if (held > most_) {
        give(bytes);
        return false;
    }
    std::size_t peak = peak_.load(std::memory_order_relaxed);
    while (held > peak && !peak_.compare_exchange_weak(peak, held, std::memory_order_relaxed)) {
    }
    return true;
}

void MemoryBudget::give(std::size_t bytes) noexcept {
    held_.fetch_sub(bytes, std::memory_order_relaxed);
}

double MemoryBudget::patience() const noexcept {
    const double used = static_cast<double>(held()) / static_cast<double>(most_);
    return std::clamp(2 * (1 - used), 0.1, 1.0);
}

bool MemoryBudget::takeSurplus() noexcept {
    const std::size_t now = held();
    std::size_t peak = peak_.load(std::memory_order_relaxed);
    return peak >= now + leastSurplus && now < peak / 4 &&
           peak_.compare_exchange_strong(peak, now, std::memory_order_relaxed);
}

bool MemoryShare::resize(std::size_t bytes) noexcept {
    const std::size_t before = countedOf(bytes_);
    const std::size_t after = countedOf(bytes);
    if (after > before && !budget_.tryTake(after - before))
        return false;
    if (after < before)
        budget_.give(before - after);
    bytes_ = bytes;
    return true;
}

} // namespace kubecred::http
