#include "kubecred/domain/Uuid.h"

#include <openssl/rand.h>

#include <algorithm>
#include <cstring>
#include <stdexcept>

namespace kubecred {
namespace {

constexpr std::string_view hexDigits = "0123456789abcdef";

constexpr bool dashBeforeByte(std::size_t byte) noexcept {
    return byte == 4 || byte == 6 || byte == 8 || byte == 10;
}

int hexValue(char c) noexcept {
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}

// Asks the generator for many bytes at once: it takes as long for each time as for a kilobyte.
class RandomBytes {
public:
    void fill(std::span<std::uint8_t, 16> bytes) {
        if (taken_ == bytes_.size())
            refill();
        std::ranges::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(taken_), bytes.size(),
                            bytes.begin());
        taken_ += bytes.size();
    }

private:
    void refill() {
        if (RAND_bytes(bytes_.data(), static_cast<int>(bytes_.size())) != 1)
            throw std::runtime_error("the random number generator failed");
        taken_ = 0;
    }

    std::array<std::uint8_t, 1024> bytes_{};
    std::size_t taken_ = bytes_.size();
};

} // namespace

std::optional<Uuid> Uuid::parse(std::string_view text) noexcept {
    if (text.size() != 36)
        return std::nullopt;
    Uuid uuid;
    std::size_t position = 0;
    for (std::size_t i = 0; i < uuid.bytes_.size(); ++i) {
        if (dashBeforeByte(i) && text[position++] != '-')
            return std::nullopt;
        const int high = hexValue(text[position]);
        const int low = hexValue(text[position + 1]);
        if (high < 0 || low < 0)
            return std::nullopt;
        uuid.bytes_[i] = static_cast<std::uint8_t>(high * 16 + low);
        position += 2;
    }
    return uuid;
}

Uuid Uuid::ofBytes(std::span<const std::uint8_t, 16> bytes) noexcept {
    Uuid uuid;
    std::ranges::copy(bytes, uuid.bytes_.begin());
    return uuid;
}

Uuid Uuid::random(std::uint8_t version) {
    Uuid uuid;
    thread_local RandomBytes source;
    source.fill(uuid.bytes_);
    uuid.bytes_[6] = static_cast<std::uint8_t>(version << 4 | (uuid.bytes_[6] & 0x0f));
    uuid.bytes_[8] = static_cast<std::uint8_t>(0x80 | (uuid.bytes_[8] & 0x3f));
    return uuid;
}

Uuid Uuid::version4() { return random(4); }

Uuid Uuid::version7(Timestamp time) {
    Uuid uuid = random(7);
    auto milliseconds = static_cast<std::uint64_t>(time.time_since_epoch().count());
    for (std::size_t i = 6; i-- > 0; milliseconds >>= 8)
        uuid.bytes_[i] = static_cast<std::uint8_t>(milliseconds & 0xff);
    return uuid;
}

std::string Uuid::toString() const {
    std::string text(36, '-');
    std::size_t position = 0;
    for (std::size_t i = 0; i < bytes_.size(); ++i) {
        if (dashBeforeByte(i))
            ++position;
        text[position++] = hexDigits[bytes_[i] >> 4];
        text[position++] = hexDigits[bytes_[i] & 0x0f];
    }
    return text;
}

// Of the bytes that are random in every version.
std::size_t Uuid::Hash::operator()(const Uuid& uuid) const noexcept {
    std::size_t hash = 0;
    std::memcpy(&hash, uuid.bytes_.data() + uuid.bytes_.size() - sizeof hash, sizeof hash);
    return hash;
}

} // namespace kubecred
