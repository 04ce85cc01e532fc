#include "PostgresRows.h"

#include "storage/Fault.h"

#include <chrono>

namespace kubecred::storage {

bool PostgresRows::isNull(std::size_t row, std::size_t column) const noexcept {
    return PQgetisnull(result_.get(), static_cast<int>(row), static_cast<int>(column)) != 0;
}

std::string_view PostgresRows::text(std::size_t row, std::size_t column) const {
    const int length = PQgetlength(result_.get(), static_cast<int>(row), static_cast<int>(column));
    return {PQgetvalue(result_.get(), static_cast<int>(row), static_cast<int>(column)),
            static_cast<std::size_t>(length)};
}

std::span<const std::uint8_t> PostgresRows::bytes(std::size_t row, std::size_t column,
                                                  std::size_t size) const {
    const auto value = text(row, column);
    if (value.size() != size)
        throw StorageError(Fault::refused);
    return {reinterpret_cast<const std::uint8_t*>(value.data()), size};
}

std::int64_t PostgresRows::integer(std::size_t row, std::size_t column) const {
    std::uint64_t number = 0;
    for (const std::uint8_t byte : bytes(row, column, 8))
        number = number << 8 | byte;
    return static_cast<std::int64_t>(number);
}

bool PostgresRows::boolean(std::size_t row, std::size_t column) const {
    return bytes(row, column, 1)[0] != 0;
}

Uuid PostgresRows::uuid(std::size_t row, std::size_t column) const {
    return Uuid::ofBytes(bytes(row, column, 16).first<16>());
}

Timestamp PostgresRows::timestamp(std::size_t row, std::size_t column) const {
    constexpr std::chrono::sys_days epoch{std::chrono::year(2000) / 1 / 1};
    const std::chrono::microseconds since(integer(row, column));
    return epoch + std::chrono::floor<std::chrono::milliseconds>(since);
}

} // namespace kubecred::storage
