#pragma once

#include "kubecred/Clock.h"
#include "kubecred/domain/Uuid.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace kubecred::storage {

/// A value on its way to a database.
using Value = std::variant<std::string_view, std::int64_t, Uuid, Timestamp>;

/// What a statement is asked with, in the order of its parameters. Texts are referred to: they must
/// stay as long as this object.
class Parameters {
public:
    /// One parameter of the statement: a single value, or one for each row of a batch.
    struct Parameter {
        std::vector<Value> values;
        bool isColumn = false;
    };

    /// The same for every row.
    Parameters& add(Value value) {
        all_.push_back({{value}});
        return *this;
    }

    /// One value for each item: what the projection makes of it. All columns are of one length.
    template <typename Items, typename Projection>
    Parameters& addColumn(const Items& items, Projection projection) {
        Parameter column{{}, true};
        column.values.reserve(items.size());
        for (const auto& item : items)
            column.values.emplace_back(std::invoke(projection, item));
        rows_ = column.values.size();
        all_.push_back(std::move(column));
        return *this;
    }

    const std::vector<Parameter>& all() const noexcept { return all_; }

    /// How many rows the batch has; 1 where there are no columns.
    std::size_t rows() const noexcept { return rows_; }

private:
    std::vector<Parameter> all_;
    std::size_t rows_ = 1;
};

} // namespace kubecred::storage
