#pragma once

#include "kubecred/Clock.h"

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace kubecred {

/// A UUID (RFC 9562) as a value of sixteen bytes.
class Uuid {
public:
    /// The nil UUID, all zero.
    Uuid() = default;

    /// Reads 8-4-4-4-12 hexadecimal digits, either case, any version; nothing else is a UUID.
    static std::optional<Uuid> parse(std::string_view text) noexcept;

    /// Of its sixteen bytes, as they are.
    static Uuid ofBytes(std::span<const std::uint8_t, 16> bytes) noexcept;

    /// A fresh version 7 UUID: the 48 high bits are `time` in milliseconds since 1970, so that
    /// ids sort by time; the rest is random, from the operating system's generator.
    /// Throws std::runtime_error where that generator fails. Safe from several threads.
    static Uuid version7(Timestamp time);

    /// A fresh version 4 UUID: random but for its version. As version7 otherwise.
    static Uuid version4();

    /// Lower-case 8-4-4-4-12.
    std::string toString() const;

    auto operator<=>(const Uuid&) const = default; // NOLINT(modernize-use-nullptr): there is no 0

    /// For hashed containers of ids that are random, as those of this program are.
    struct Hash {
        std::size_t operator()(const Uuid& uuid) const noexcept;
    };

private:
    static Uuid random(std::uint8_t version);

    std::array<std::uint8_t, 16> bytes_{};
};

} // namespace kubecred
