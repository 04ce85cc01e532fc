#pragma once

#include "storage/sessions/Rows.h"

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace kubecred::test {

/// Rows as a test makes them. Throws std::bad_variant_access where a column is of another type.
class FakeRows final : public storage::Rows {
public:
    using Cell = std::variant<std::monostate, std::string, std::int64_t, bool, Uuid, Timestamp>;
    using Row = std::vector<Cell>;

    void add(Row row) { rows_.push_back(std::move(row)); }

    std::size_t count() const noexcept override { return rows_.size(); }
    bool isNull(std::size_t row, std::size_t column) const noexcept override {
        return std::holds_alternative<std::monostate>(rows_[row][column]);
    }
    std::string_view text(std::size_t row, std::size_t column) const override {
        return as<std::string>(row, column);
    }
    std::int64_t integer(std::size_t row, std::size_t column) const override {
        return as<std::int64_t>(row, column);
    }
    bool boolean(std::size_t row, std::size_t column) const override {
        return as<bool>(row, column);
    }
    Uuid uuid(std::size_t row, std::size_t column) const override { return as<Uuid>(row, column); }
    Timestamp timestamp(std::size_t row, std::size_t column) const override {
        return as<Timestamp>(row, column);
    }

private:
    template <typename T>
    const T& as(std::size_t row, std::size_t column) const {
        return std::get<T>(rows_.at(row).at(column));
    }

    std::vector<Row> rows_;
};

} // namespace kubecred::test
