#include "SqliteRows.h"

#include "storage/Fault.h"

namespace kubecred::storage {
namespace {

template <typename Type>
const Type& as(const SqliteValue& value) {
    const auto* typed = std::get_if<Type>(&value);
    if (typed == nullptr)
        throw StorageError(Fault::refused);
    return *typed;
}

} // namespace

bool SqliteRows::isNull(std::size_t row, std::size_t column) const noexcept {
    return std::holds_alternative<std::monostate>(rows_[row][column]);
}

std::string_view SqliteRows::text(std::size_t row, std::size_t column) const {
    return as<std::string>(rows_[row][column]);
}

std::int64_t SqliteRows::integer(std::size_t row, std::size_t column) const {
    return as<std::int64_t>(rows_[row][column]);
}

bool SqliteRows::boolean(std::size_t row, std::size_t column) const {
    return integer(row, column) != 0;
}

Uuid SqliteRows::uuid(std::size_t row, std::size_t column) const {
    const auto id = Uuid::parse(text(row, column));
    if (!id)
        throw StorageError(Fault::refused);
    return *id;
}

Timestamp SqliteRows::timestamp(std::size_t row, std::size_t column) const {
    return Timestamp(std::chrono::milliseconds(integer(row, column)));
}

} // namespace kubecred::storage
