#pragma once

#include <span>
#include <string>
#include <string_view>

namespace kubecred::storage {

/// One step of the schema, from app/migrations/DIALECT/NAME.sql, embedded at build time.
struct Migration {
    std::string_view name; ///< such as V001__create_credentials; they apply in order of names
    std::string_view sql;
};

std::span<const Migration> postgresMigrations() noexcept;
std::span<const Migration> sqliteMigrations() noexcept;

/// What is recorded in schema_migrations: SHA-256 of the file's text in lower-case hexadecimal, or
/// what its first line declares, `-- checksum: HEX` and why: where it was worded anew, the checksum
/// of the text that databases have recorded.
std::string checksumOf(const Migration& migration);

} // namespace kubecred::storage
