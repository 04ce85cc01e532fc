#pragma once

#include "kubecred/Clock.h"
#include "kubecred/domain/Uuid.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace kubecred::storage {

/// What a statement yielded. Rows and columns count from 0. A column is to be asked for by its
/// type: the functions throw StorageError where it is of another one. Texts live as long as this
/// object.
class Rows {
public:
    virtual ~Rows() = default;

    virtual std::size_t count() const noexcept = 0;
    virtual bool isNull(std::size_t row, std::size_t column) const noexcept = 0;
    virtual std::string_view text(std::size_t row, std::size_t column) const = 0;
    virtual std::int64_t integer(std::size_t row, std::size_t column) const = 0;
    virtual bool boolean(std::size_t row, std::size_t column) const = 0;
    virtual Uuid uuid(std::size_t row, std::size_t column) const = 0;

    /// Rounded down to milliseconds.
    virtual Timestamp timestamp(std::size_t row, std::size_t column) const = 0;
};

using Result = std::unique_ptr<const Rows>;

/// Finds the rows of an answer by the id in their first column.
class RowsById {
public:
    explicit RowsById(const Rows& rows) {
        byId_.reserve(rows.count());
        for (std::size_t row = 0; row < rows.count(); ++row)
            byId_.emplace_back(rows.uuid(row, 0), row);
        std::ranges::sort(byId_);
    }

    /// Nothing where no row has this id.
    std::optional<std::size_t> find(const Uuid& id) const noexcept {
        const auto found = std::ranges::lower_bound(byId_, id, {}, &Entry::first);
        const bool isThere = found != byId_.end() && found->first == id;
        return isThere ? std::optional(found->second) : std::nullopt;
    }

private:
    using Entry = std::pair<Uuid, std::size_t>;

    std::vector<Entry> byId_; // sorted
};

} // namespace kubecred::storage
