#pragma once

#include <string>
#include <string_view>

namespace kubecred::storage {

/// Builds the text form of a one-dimensional array, such as `{"a","b \"c\""}` (PostgreSQL
/// documentation, "Array Input and Output Syntax").
class PostgresArray {
public:
    void add(std::string_view element);

    /// The array; to be called once, last.
    std::string text() &&;

private:
    std::string text_ = "{";
};

} // namespace kubecred::storage
