#include "SqliteConnection.h"

#include "SqliteFile.h"

#include <Poco/Data/SQLite/Connector.h>
#include <Poco/Data/SQLite/SQLiteException.h>
#include <Poco/Exception.h>

#include <algorithm>
#include <chrono>
#include <string_view>

namespace kubecred::storage {
namespace {

namespace sqlite = Poco::Data::SQLite;

Fault faultOf(const Poco::Exception& exception) {
    if (dynamic_cast<const sqlite::DBLockedException*>(&exception) != nullptr ||
        dynamic_cast<const sqlite::TableLockedException*>(&exception) != nullptr)
        return Fault::locked;
    if (dynamic_cast<const sqlite::ReadOnlyException*>(&exception) != nullptr)
        return Fault::readOnly;
    if (dynamic_cast<const sqlite::DatabaseFullException*>(&exception) != nullptr)
        return Fault::storageFull;
    if (dynamic_cast<const sqlite::RowTooBigException*>(&exception) != nullptr ||
        dynamic_cast<const sqlite::DataTypeMismatchException*>(&exception) != nullptr)
        return Fault::valueRefused;
    if (exception.message().find("no such table") != std::string::npos)
        return Fault::schemaMissing;
    return Fault::refused;
}

// A transaction that is undone after it leaves the connection as it was.
bool isAboutARow(const Poco::Exception& exception) noexcept {
    return dynamic_cast<const sqlite::ConstraintViolationException*>(&exception) != nullptr;
}

Poco::Data::Session openFile(const std::string& path) {
    constexpr std::size_t patience = 1; // second, for which Poco tries again and again
    prepareFile(path);
    // Once: Poco would replace the connector under those who use it.
    [[maybe_unused]] static const bool registered = (sqlite::Connector::registerConnector(), true);
    try {
        return {sqlite::Connector::KEY, path, patience};
    } catch (const Poco::Exception&) {
        throw StorageError(Fault::unreachable);
    }
}

} // namespace

SqliteConnection::SqliteConnection(const std::string& path, Deadline deadline)
    : path_(path), session_(openFile(path)), file_(inodeOf(path)) {
    waitForOthers(deadline);
    script("PRAGMA journal_mode = WAL");
    script("PRAGMA synchronous = FULL");
}

// SQLite goes on writing to a file that was removed or replaced, and all of that would be lost.
bool SqliteConnection::isOurFile() const noexcept { return file_ != 0 && inodeOf(path_) == file_; }

void SqliteConnection::waitForOthers(Deadline deadline) {
    using std::chrono::milliseconds;
    const auto left = std::chrono::ceil<milliseconds>(deadline - std::chrono::steady_clock::now());
    script("PRAGMA busy_timeout = " + std::to_string(std::max(milliseconds(0), left).count()));
}

void SqliteConnection::script(const std::string& sql) {
    run(sql.c_str(), [](Poco::Data::Statement&) {});
}

std::size_t SqliteConnection::run(const char* sql,
                                  const std::function<void(Poco::Data::Statement&)>& bind) {
    if (!isOurFile()) {
        usable_ = false;
        throw StorageError(Fault::unreachable);
    }
    try {
        Poco::Data::Statement statement(session_);
        statement << std::string_view(sql);
        bind(statement);
        return statement.execute();
    } catch (const Poco::Exception& exception) {
        const Fault fault = faultOf(exception);
        usable_ = fault == Fault::locked || fault == Fault::valueRefused || isAboutARow(exception);
        throw StorageError(fault);
    }
}

} // namespace kubecred::storage
