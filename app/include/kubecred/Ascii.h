#pragma once

namespace kubecred {

// What is true of one ASCII character, whatever the locale; of no byte beyond ASCII.

constexpr bool isDigit(char c) noexcept { return c >= '0' && c <= '9'; }

constexpr bool isLetter(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

constexpr bool isLetterOrDigit(char c) noexcept { return isLetter(c) || isDigit(c); }

} // namespace kubecred
