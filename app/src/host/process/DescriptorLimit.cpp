#include "DescriptorLimit.h"

#include <sys/resource.h>

#include <algorithm>

namespace kubecred::host {
namespace {

// Files, libraries, event loops, sessions with the database and attempts at them.
constexpr std::uint64_t reserved = 256;

} // namespace

std::uint64_t raiseDescriptorLimit() noexcept {
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return 0;
    const rlimit raised{limit.rlim_max, limit.rlim_max};
    return setrlimit(RLIMIT_NOFILE, &raised) == 0 ? raised.rlim_cur : limit.rlim_cur;
}

http::Limits fitted(http::Limits limits, std::uint64_t descriptors) noexcept {
    const std::uint64_t most = descriptors > reserved ? descriptors - reserved : 1;
    limits.connections = std::min<std::uint64_t>(limits.connections, most);
    return limits;
}

} // namespace kubecred::host
