#pragma once

#include "SqliteConnection.h"

namespace kubecred::storage {

/// A transaction that is undone unless it was committed.
class SqliteTransaction {
public:
    /// `begin`: the statement that begins it. The connection must outlive this object.
    SqliteTransaction(SqliteConnection& connection, const char* begin) : connection_(connection) {
        connection_.script(begin);
    }
    ~SqliteTransaction() {
        if (!committed_)
            undo();
    }
    SqliteTransaction(const SqliteTransaction&) = delete;
    SqliteTransaction& operator=(const SqliteTransaction&) = delete;

    void commit() {
        connection_.script("COMMIT");
        committed_ = true;
    }

private:
    void undo() noexcept {
        try {
            connection_.script("ROLLBACK");
        } catch (const StorageError&) {
            // The connection is not usable any more, and ends the transaction by being closed.
        }
    }

    SqliteConnection& connection_;
    bool committed_ = false;
};

} // namespace kubecred::storage
