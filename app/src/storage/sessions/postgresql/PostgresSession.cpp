#include "PostgresSession.h"

#include "PostgresArray.h"
#include "PostgresSchema.h"
#include "PostgresSetup.h"
#include "storage/Statements.h"

#include <chrono>
#include <cstdint>
#include <random>
#include <span>
#include <utility>

namespace kubecred::storage {
namespace {

// Somewhat before the greatest age, so that not all sessions are opened anew at one moment.
Deadline retirement(std::chrono::milliseconds maxAge) {
    std::random_device random;
    std::uniform_int_distribution<std::int64_t> age(maxAge.count() * 4 / 5, maxAge.count());
    return std::chrono::steady_clock::now() + std::chrono::milliseconds(age(random));
}

std::string textOf(std::string_view text) { return std::string(text); }
std::string textOf(std::int64_t number) { return std::to_string(number); }
std::string textOf(const Uuid& uuid) { return uuid.toString(); }
std::string textOf(Timestamp time) { return toIso8601(time); }

std::string textOf(const Parameters::Parameter& parameter) {
    const auto convert = [](const auto& value) { return textOf(value); };
    if (!parameter.isColumn)
        return std::visit(convert, parameter.values.front());
    PostgresArray array;
    for (const Value& value : parameter.values) {
        if (const auto* text = std::get_if<std::string_view>(&value))
            array.add(*text);
        else
            array.add(std::visit(convert, value));
    }
    return std::move(array).text();
}

const Statement& probeOf(Role role) {
    return role == Role::reading ? sql::reading::probe : sql::writing::probe;
}

std::span<const Statement* const> statementsOf(Role role) {
    return role == Role::reading ? sql::reading::all() : sql::writing::all();
}

} // namespace

PostgresSession::PostgresSession(const PostgresSettings& settings, const Resolver& resolver,
                                 Role role, Deadline deadline)
    : role_(role),
      schema_(settings.schema),
      targetSessionAttrs_(settings.targetSessionAttrs),
      retireAt_(retirement(settings.sessionMaxAge)),
      connection_(settings, resolver, deadline) {
    connection_.script(sessionSetup(Purpose::serving, targetSessionAttrs_), deadline);
    if (role == Role::writing)
        refuseWhileCommitsHang(deadline);
    prepare(deadline);
    if (role == Role::writing) {
        rehearse(deadline);
        return;
    }
    beginProbe(deadline);
    waitForAnswer(*this, deadline);
}

void PostgresSession::prepare(Deadline deadline) {
    for (const Statement* statement : statementsOf(role_))
        connection_.prepare(statement->name, inSchema(statement->postgresql), deadline);
}

// PostgreSQL ends no session that waits within its commit, whatever becomes of its client: one more
// for each time-out would use up every connection that the server has.
void PostgresSession::refuseWhileCommitsHang(Deadline deadline) {
    const auto sql = inSchema(sql::opening::findHangingCommits.postgresql);
    if (connection_.query(sql, {}, deadline).count() > 0)
        throw StorageError(Fault::timedOut);
}

// A database that refuses the values of this row may store those of others.
void PostgresSession::rehearse(Deadline deadline) {
    connection_.script("BEGIN", deadline);
    try {
        connection_.query(inSchema(sql::opening::rehearse.postgresql), {}, deadline);
    } catch (const StorageError& error) {
        if (error.fault() != Fault::valueRefused)
            throw;
    }
    connection_.script("ROLLBACK", deadline);
}

std::string PostgresSession::inSchema(std::string_view sql) const {
    return storage::inSchema(sql, schema_);
}

void PostgresSession::begin(const Statement& statement, const Parameters& parameters,
                            Deadline /*deadline*/) {
    std::vector<std::string> texts;
    texts.reserve(parameters.all().size());
    for (const auto& parameter : parameters.all())
        texts.push_back(textOf(parameter));
    probing_ = false;
    connection_.begin(statement.name, texts);
}

void PostgresSession::beginProbe(Deadline deadline) {
    Parameters parameters;
    if (role_ == Role::reading)
        parameters.add(targetSessionAttrs_);
    begin(probeOf(role_), parameters, deadline);
    probing_ = true;
}

std::optional<Result> PostgresSession::proceed() {
    auto rows = connection_.proceed();
    if (!rows)
        return std::nullopt;
    const bool isOfOtherKind = probing_ && rows->count() > 0 && !rows->boolean(0, 0);
    const bool wantsPrimary =
        targetSessionAttrs_ == "primary" || targetSessionAttrs_ == "read-write";
    if (isOfOtherKind)
        throw StorageError(wantsPrimary ? Fault::readOnly : Fault::refused);
    return std::make_unique<PostgresRows>(*std::move(rows));
}

} // namespace kubecred::storage
