#include "PostgresConnection.h"

#include "Libpq.h"
#include "PostgresFaults.h"
#include "PostgresServers.h"

#include <Poco/Exception.h>

#include <poll.h>

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace kubecred::storage {

using std::chrono::milliseconds;

std::string_view PostgresResult::text(int row, int column) const noexcept {
    const int length = PQgetlength(result_.get(), row, column);
    return {PQgetvalue(result_.get(), row, column), static_cast<std::size_t>(length)};
}

std::span<const std::uint8_t> PostgresResult::bytes(int row, int column, std::size_t size) const {
    const auto value = text(row, column);
    if (value.size() != size)
        throw StorageError(Fault::refused);
    return {reinterpret_cast<const std::uint8_t*>(value.data()), size};
}

Uuid PostgresResult::uuid(int row, int column) const {
    return Uuid::ofBytes(bytes(row, column, 16).first<16>());
}

std::int64_t PostgresResult::integer(int row, int column) const {
    std::uint64_t number = 0;
    for (const std::uint8_t byte : bytes(row, column, 8))
        number = number << 8 | byte;
    return static_cast<std::int64_t>(number);
}

bool PostgresResult::boolean(int row, int column) const { return bytes(row, column, 1)[0] != 0; }

Timestamp PostgresResult::timestamp(int row, int column) const {
    using std::chrono::microseconds;
    constexpr std::chrono::sys_days epoch{std::chrono::year(2000) / 1 / 1};
    const microseconds since(integer(row, column));
    return epoch + std::chrono::floor<milliseconds>(since);
}

PostgresHandle::PostgresHandle(const std::string& connectionString) {
    try {
        poco_.connect(connectionString);
    } catch (const Poco::Exception&) {
        lost_.reset(poco_);
        // A moment ago the server let a probe in: the next one finds out why it does not any more.
        throw StorageError(Fault::unreachable);
    }
}

PostgresHandle::~PostgresHandle() {
    if (PQstatus(poco_) != CONNECTION_OK)
        lost_.reset(poco_);
}

PostgresConnection::PostgresConnection(const PostgresSettings& settings, const Resolver& resolver,
                                       Deadline deadline)
    : owner_(findServer(settings, resolver, deadline)), handle_(owner_.get()) {
    PQsetnonblocking(handle_, 1);
    silenceNotices(handle_);
}

bool PostgresConnection::usable() const noexcept {
    return !abandoned_ && !stale_ && PQstatus(handle_) == CONNECTION_OK &&
           PQtransactionStatus(handle_) == PQTRANS_IDLE;
}

void PostgresConnection::script(const std::string& sql, Deadline deadline) {
    began(PQsendQuery(handle_, sql.c_str()));
    finish(deadline);
}

PostgresResult PostgresConnection::query(const std::string& sql,
                                         std::span<const std::string> parameters,
                                         Deadline deadline) {
    std::vector<const char*> values;
    for (const auto& parameter : parameters)
        values.push_back(parameter.c_str());
    began(PQsendQueryParams(handle_, sql.c_str(), static_cast<int>(values.size()), nullptr,
                            values.data(), nullptr, nullptr, 0));
    return finish(deadline);
}

void PostgresConnection::prepare(const char* name, const std::string& sql, Deadline deadline) {
    began(PQsendPrepare(handle_, name, sql.c_str(), 0, nullptr));
    finish(deadline);
}

PostgresResult PostgresConnection::run(const char* name, std::span<const std::string> parameters,
                                       Deadline deadline) {
    begin(name, parameters);
    return finish(deadline);
}

void PostgresConnection::begin(const char* name, std::span<const std::string> parameters) {
    std::array<const char*, 8> values{};
    for (std::size_t i = 0; i < parameters.size(); ++i)
        values.at(i) = parameters[i].c_str();
    began(PQsendQueryPrepared(handle_, name, static_cast<int>(parameters.size()), values.data(),
                              nullptr, nullptr, 1));
}

std::string PostgresConnection::passwordVerifier(const std::string& user,
                                                 const std::string& password) {
    const std::unique_ptr<char, decltype(&PQfreemem)> verifier(
        PQencryptPasswordConn(handle_, password.c_str(), user.c_str(), "scram-sha-256"),
        &PQfreemem);
    if (!verifier)
        throw StorageError(Fault::refused);
    return verifier.get();
}

void PostgresConnection::began(int sent) {
    abandoned_ = true; // until the answer is complete
    last_.reset();
    if (sent == 0)
        fail(nullptr);
    flush();
}

void PostgresConnection::flush() {
    const int left = PQflush(handle_);
    if (left < 0)
        fail(nullptr);
    unsent_ = left > 0;
}

short PostgresConnection::events() const noexcept {
    return static_cast<short>(unsent_ ? POLLIN | POLLOUT : POLLIN);
}

std::optional<PostgresResult> PostgresConnection::proceed() {
    if (PQconsumeInput(handle_) == 0)
        fail(nullptr);
    if (unsent_)
        flush();
    return collect();
}

void PostgresConnection::await(Deadline deadline) const {
    if (!awaitSocket(socket(), events(), deadline))
        throw StorageError(Fault::timedOut);
}

// The result of the last statement; an error of any of them is thrown once all have been read.
std::optional<PostgresResult> PostgresConnection::collect() {
    while (PQisBusy(handle_) == 0) {
        Result next(PQgetResult(handle_), &PQclear);
        if (!next) {
            abandoned_ = false;
            if (failed_)
                fail(std::exchange(failed_, {nullptr, &PQclear}).get());
            return PostgresResult(last_.release());
        }
        const auto status = PQresultStatus(next.get());
        const bool good = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
        (good ? last_ : failed_) = std::move(next);
    }
    return std::nullopt;
}

PostgresResult PostgresConnection::finish(Deadline deadline) {
    std::optional<PostgresResult> result;
    while (!result) {
        await(deadline);
        result = proceed();
    }
    return *std::move(result);
}

void PostgresConnection::fail(const PGresult* result) {
    const char* state = result == nullptr ? nullptr : PQresultErrorField(result, PG_DIAG_SQLSTATE);
    if (state == nullptr)
        throw StorageError(Fault::unreachable);
    stale_ = !leavesConnectionAsItWas(state);
    const char* message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    throw StorageError(faultOfSqlState(state), message == nullptr ? "" : message);
}

} // namespace kubecred::storage
