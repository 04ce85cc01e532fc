#pragma once

#include "Fault.h"
#include "kubecred/Clock.h"

#include <Poco/Data/Session.h>
#include <Poco/Data/Statement.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>

namespace kubecred::storage {

/// A connection to a SQLite file, set up for durable commits beside concurrent readers (write-ahead
/// log, synchronous=FULL). Statements are made for each use, since a Poco statement that has failed
/// once stays broken. Used by one thread at a time.
class SqliteConnection {
public:
    /// Opens the file, making it and its folder where they are missing. Throws StorageError by the
    /// deadline.
    SqliteConnection(const std::string& path, Deadline deadline);

    /// Until when the next statement waits for whoever writes, and those that follow as long again.
    /// Throws StorageError.
    void waitForOthers(Deadline deadline);

    /// Runs SQL text, of any number of statements. Throws StorageError.
    void script(const std::string& sql);

    /// Runs one statement, whose parameters and results `bind` adds; returns how many rows it
    /// yielded or changed. Throws StorageError.
    std::size_t run(const char* sql, const std::function<void(Poco::Data::Statement&)>& bind);

    /// False after an error that leaves the state of the connection open.
    bool usable() const noexcept { return usable_; }

private:
    bool isOurFile() const noexcept;

    const std::string path_;
    Poco::Data::Session session_;
    std::uintmax_t file_ = 0; // inode of what was opened
    bool usable_ = true;
};

} // namespace kubecred::storage
