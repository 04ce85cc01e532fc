#include "SqliteConnection.h"

#include "SqliteFile.h"

#include <Poco/Data/SQLite/Connector.h>
#include <Poco/Data/SQLite/Utility.h>
#include <Poco/Exception.h>

#include <algorithm>
#include <chrono>
#include <string_view>
#include <utility>

namespace kubecred::storage {
namespace {

namespace sqlite = Poco::Data::SQLite;

constexpr int primaryCode = 0xff; // of an extended result code

Fault faultOf(int status, std::string_view message) noexcept {
    switch (status & primaryCode) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return Fault::locked;
    case SQLITE_READONLY:
        return Fault::readOnly;
    case SQLITE_FULL:
        return Fault::storageFull;
    case SQLITE_TOOBIG:
    case SQLITE_MISMATCH:
        return Fault::valueRefused;
    default:
        return message.find("no such table") == std::string_view::npos ? Fault::refused
                                                                       : Fault::schemaMissing;
    }
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

int bind(sqlite3_stmt* statement, int index, const SqliteValue& value) noexcept {
    if (const auto* number = std::get_if<std::int64_t>(&value))
        return sqlite3_bind_int64(statement, index, *number);
    if (const auto* text = std::get_if<std::string>(&value))
        return sqlite3_bind_text64(statement, index, text->data(), text->size(), SQLITE_STATIC,
                                   SQLITE_UTF8);
    return sqlite3_bind_null(statement, index);
}

SqliteValue valueOf(sqlite3_stmt* statement, int column) {
    switch (sqlite3_column_type(statement, column)) {
    case SQLITE_NULL:
        return {};
    case SQLITE_INTEGER:
        return sqlite3_column_int64(statement, column);
    default:
        break;
    }
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement, column));
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement, column));
    return text == nullptr ? std::string() : std::string(text, size);
}

std::vector<SqliteValue> rowOf(sqlite3_stmt* statement) {
    const int columns = sqlite3_column_count(statement);
    std::vector<SqliteValue> row;
    row.reserve(static_cast<std::size_t>(columns));
    for (int column = 0; column < columns; ++column)
        row.push_back(valueOf(statement, column));
    return row;
}

// Makes a statement ready for its next use, however this one ends.
class Use {
public:
    explicit Use(sqlite3_stmt* statement) noexcept : statement_(statement) {}
    ~Use() {
        sqlite3_reset(statement_);
        sqlite3_clear_bindings(statement_);
    }
    Use(const Use&) = delete;
    Use& operator=(const Use&) = delete;

private:
    sqlite3_stmt* statement_;
};

} // namespace

SqliteConnection::SqliteConnection(const std::string& path, Deadline deadline)
    : path_(path),
      session_(openFile(path)),
      handle_(sqlite::Utility::dbHandle(session_)),
      file_(inodeOf(path)) {
    waitForOthers(deadline);
    script("PRAGMA journal_mode = WAL");
    script("PRAGMA synchronous = FULL");
}

// SQLite goes on writing to a file that was removed or replaced, and all of that would be lost.
bool SqliteConnection::isOurFile() const noexcept { return file_ != 0 && inodeOf(path_) == file_; }

void SqliteConnection::checkFile() {
    if (isOurFile())
        return;
    usable_ = false;
    throw StorageError(Fault::unreachable);
}

void SqliteConnection::waitForOthers(Deadline deadline) {
    using std::chrono::milliseconds;
    const auto left = std::chrono::ceil<milliseconds>(deadline - std::chrono::steady_clock::now());
    const auto most = std::clamp(left, milliseconds(0), milliseconds(std::chrono::hours(1)));
    sqlite3_busy_timeout(handle_, static_cast<int>(most.count()));
}

// A transaction that is undone after an error about a row leaves the connection as it was.
void SqliteConnection::check(int status) {
    if (status == SQLITE_OK || status == SQLITE_ROW || status == SQLITE_DONE)
        return;
    const Fault fault = faultOf(status, sqlite3_errmsg(handle_));
    const bool isHarmless = fault == Fault::locked || fault == Fault::valueRefused ||
                            (status & primaryCode) == SQLITE_CONSTRAINT;
    usable_ = usable_ && isHarmless;
    throw StorageError(fault);
}

void SqliteConnection::script(const std::string& sql) {
    checkFile();
    check(sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr));
}

SqliteConnection::Prepared SqliteConnection::prepare(std::string_view sql) {
    sqlite3_stmt* statement = nullptr;
    const int status = sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()),
                                          SQLITE_PREPARE_PERSISTENT, &statement, nullptr);
    Prepared prepared(statement, &sqlite3_finalize);
    check(status);
    return prepared;
}

void SqliteConnection::run(const Statement& statement, std::span<const SqliteValue> parameters,
                           SqliteRows& rows) {
    checkFile();
    auto prepared = prepared_.find(&statement);
    if (prepared == prepared_.end())
        prepared = prepared_.emplace(&statement, prepare(statement.sqlite)).first;
    step(prepared->second.get(), parameters, rows);
}

SqliteRows SqliteConnection::run(const char* sql, std::span<const SqliteValue> parameters) {
    checkFile();
    SqliteRows rows;
    step(prepare(sql).get(), parameters, rows);
    return rows;
}

void SqliteConnection::step(sqlite3_stmt* statement, std::span<const SqliteValue> parameters,
                            SqliteRows& rows) {
    const Use use(statement);
    for (std::size_t i = 0; i < parameters.size(); ++i)
        check(bind(statement, static_cast<int>(i) + 1, parameters[i]));
    int status = sqlite3_step(statement);
    while (status == SQLITE_ROW) {
        rows.add(rowOf(statement));
        status = sqlite3_step(statement);
    }
    check(status);
}

} // namespace kubecred::storage
