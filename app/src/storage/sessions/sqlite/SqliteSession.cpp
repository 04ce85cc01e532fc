#include "SqliteSession.h"

#include "SqliteTransaction.h"
#include "storage/Statements.h"

#include <poll.h>

#include <chrono>
#include <utility>
#include <vector>

namespace kubecred::storage {
namespace {

using Row = std::vector<SqliteValue>;

// Before its deadline, a statement gives up on a lock: SQLite takes longer to do so than it is
// told, and whoever waits for the answer gives the whole session up at the deadline.
constexpr std::chrono::milliseconds timeToGiveUp{50};

SqliteValue valueOf(std::string_view text) { return std::string(text); }
SqliteValue valueOf(std::int64_t number) { return number; }
SqliteValue valueOf(const Uuid& uuid) { return uuid.toString(); }
SqliteValue valueOf(Timestamp time) { return std::int64_t{time.time_since_epoch().count()}; }

// One after the other, with every parameter that is the same for all of them.
std::vector<Row> rowsOf(const Parameters& parameters) {
    std::vector<Row> rows(parameters.rows());
    for (const auto& parameter : parameters.all())
        for (std::size_t i = 0; i < rows.size(); ++i)
            rows[i].push_back(
                std::visit([](const auto& value) { return valueOf(value); },
                           parameter.isColumn ? parameter.values[i] : parameter.values.front()));
    return rows;
}

void runEach(SqliteConnection& connection, const Statement& statement, const std::vector<Row>& rows,
             SqliteRows& yielded) {
    for (const Row& row : rows)
        connection.run(statement, row, yielded);
}

// A single look-up is a transaction by itself.
Result run(SqliteConnection& connection, Role role, const Statement& statement,
           const std::vector<Row>& rows) {
    auto yielded = std::make_unique<SqliteRows>();
    if (role == Role::reading && rows.size() == 1) {
        runEach(connection, statement, rows, *yielded);
        return yielded;
    }
    SqliteTransaction transaction(connection, role == Role::reading ? "BEGIN" : "BEGIN IMMEDIATE");
    runEach(connection, statement, rows, *yielded);
    transaction.commit();
    return yielded;
}

// Finds out whether there is room for a row.
void rehearse(SqliteConnection& connection) {
    const SqliteTransaction transaction(connection, "BEGIN IMMEDIATE");
    const Row row{Uuid::version4().toString(), std::string(255, '-')};
    SqliteRows none;
    connection.run(sql::opening::rehearse, row, none);
}

} // namespace

SqliteSession::SqliteSession(const std::string& path, Role role, Deadline deadline,
                             Threads& threads)
    : role_(role), worker_(path, deadline, threads) {
    worker_.begin([role](SqliteConnection& connection) -> Result {
        auto rows = std::make_unique<SqliteRows>();
        connection.run(sql::reading::probe, {}, *rows);
        if (role == Role::writing)
            rehearse(connection);
        return rows;
    });
    waitForAnswer(*this, deadline);
}

short SqliteSession::events() const noexcept { return POLLIN; }

void SqliteSession::begin(const Statement& statement, const Parameters& parameters,
                          Deadline deadline) {
    worker_.begin([role = role_, &statement, rows = rowsOf(parameters),
                   deadline](SqliteConnection& connection) {
        connection.waitForOthers(deadline - timeToGiveUp);
        return run(connection, role, statement, rows);
    });
}

void SqliteSession::beginProbe(Deadline deadline) {
    begin(role_ == Role::reading ? sql::reading::probe : sql::writing::probe, {}, deadline);
}

} // namespace kubecred::storage
