#pragma once

#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace kubecred::fuzz {

/// Ends the program, which libFuzzer takes for a find, where something does not hold.
inline void require(bool holds, std::string_view what) {
    if (holds)
        return;
    std::fprintf(stderr, "does not hold: %.*s\n", static_cast<int>(what.size()), what.data());
    std::abort();
}

} // namespace kubecred::fuzz
