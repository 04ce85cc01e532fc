#pragma once

#include <string_view>

namespace kubecred::storage {

/// One SQL statement, by the name of its file in app/src/storage/sql, in the dialect of each
/// database; empty where a database does without it. `{schema}` in PostgreSQL's stands for the
/// schema's name.
///
/// PostgreSQL takes the rows of a batch as arrays, one a parameter; SQLite runs the statement once
/// for each row. So the rows of an answer say what they answer, as by an id.
struct Statement {
    const char* name; ///< of the file; unique within its folder
    std::string_view postgresql;
    std::string_view sqlite;
};

} // namespace kubecred::storage
