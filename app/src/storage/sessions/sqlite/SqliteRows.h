#pragma once

#include "storage/sessions/Rows.h"

#include <string>
#include <variant>
#include <vector>

namespace kubecred::storage {

/// What SQLite stores: NULL, a number, a text.
using SqliteValue = std::variant<std::monostate, std::int64_t, std::string>;

/// What SQLite yielded. Ids are texts, times are milliseconds since 1970, truths are numbers.
class SqliteRows final : public Rows {
public:
    /// Adds a row; all are of one width.
    void add(std::vector<SqliteValue> row) { rows_.push_back(std::move(row)); }

    std::size_t count() const noexcept override { return rows_.size(); }
    bool isNull(std::size_t row, std::size_t column) const noexcept override;
    std::string_view text(std::size_t row, std::size_t column) const override;
    std::int64_t integer(std::size_t row, std::size_t column) const override;
    bool boolean(std::size_t row, std::size_t column) const override;
    Uuid uuid(std::size_t row, std::size_t column) const override;
    Timestamp timestamp(std::size_t row, std::size_t column) const override;

private:
    std::vector<std::vector<SqliteValue>> rows_;
};

} // namespace kubecred::storage
