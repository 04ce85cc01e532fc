#pragma once

#include "SqliteRows.h"
#include "kubecred/Clock.h"
#include "storage/Fault.h"
#include "storage/sessions/Statement.h"

#include <Poco/Data/Session.h>

#include <sqlite3.h>

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>

namespace kubecred::storage {

/// A connection to a SQLite file, set up for durable commits beside concurrent readers (write-ahead
/// log, synchronous=FULL). Poco owns it; statements run on its SQLite handle, since a Poco
/// statement that has failed once stays broken, and would have to be made for each use. Used by one
/// thread at a time. Every function throws StorageError.
class SqliteConnection {
public:
    /// Opens the file, making it and its folder where they are missing, by the deadline.
    SqliteConnection(const std::string& path, Deadline deadline);

    /// Until when the next statement waits for whoever writes, and those that follow as long again.
    void waitForOthers(Deadline deadline);

    /// Runs SQL text, of any number of statements.
    void script(const std::string& sql);

    /// Runs one statement and adds what it yields to the rows. The first kind is prepared once.
    void run(const Statement& statement, std::span<const SqliteValue> parameters, SqliteRows& rows);
    SqliteRows run(const char* sql, std::span<const SqliteValue> parameters);

    /// False after an error that leaves the state of the connection open.
    bool usable() const noexcept { return usable_; }

private:
    using Prepared = std::unique_ptr<sqlite3_stmt, decltype(&sqlite3_finalize)>;

    Prepared prepare(std::string_view sql);
    void step(sqlite3_stmt* statement, std::span<const SqliteValue> parameters, SqliteRows& rows);
    void checkFile();
    void check(int status);
    bool isOurFile() const noexcept;

    const std::string path_;
    Poco::Data::Session session_;
    sqlite3* const handle_;   // of session_
    std::uintmax_t file_ = 0; // inode of what was opened
    bool usable_ = true;
    std::map<const Statement*, Prepared> prepared_; // before the handle is closed, they are gone
};

} // namespace kubecred::storage
