#pragma once

#include "Migration.h"

#include <optional>
#include <string>
#include <vector>

namespace kubecred::storage {

/// A migration that a database has behind it.
struct AppliedMigration {
    std::string name;
    std::string checksum;
};

/// A connection that changes the schema, one transaction at a time. Between `begin` and `commit`
/// no other one does. Every call throws StorageError; destroying it undoes what is not committed.
class MigrationSession {
public:
    virtual ~MigrationSession() = default;

    virtual void begin() = 0;
    virtual void commit() = 0;
    virtual void script(const std::string& sql) = 0;

    /// Makes schema_migrations, and what it stands in, where it is missing.
    virtual void prepare() = 0;

    /// What schema_migrations holds, in order of names; nothing where there is no such table.
    virtual std::vector<AppliedMigration> applied() = 0;
    virtual void record(const AppliedMigration& migration) = 0;
};

} // namespace kubecred::storage
