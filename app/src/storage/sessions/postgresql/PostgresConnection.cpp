#include "PostgresConnection.h"

#include "Libpq.h"
#include "PostgresFaults.h"
#include "PostgresServers.h"
#include "storage/sessions/Waiting.h"

#include <Poco/Exception.h>

#include <poll.h>

#include <array>
#include <utility>
#include <vector>

namespace kubecred::storage {

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

PostgresRows PostgresConnection::query(const std::string& sql,
                                       std::span<const std::string> parameters, Deadline deadline) {
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

PostgresRows PostgresConnection::run(const char* name, std::span<const std::string> parameters,
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

std::optional<PostgresRows> PostgresConnection::proceed() {
    if (PQconsumeInput(handle_) == 0)
        fail(nullptr);
    if (unsent_)
        flush();
    return collect();
}

void PostgresConnection::await(Deadline deadline) const {
    if (!awaitDescriptor(socket(), events(), deadline))
        throw StorageError(Fault::timedOut);
}

// The result of the last statement; an error of any of them is thrown once all have been read.
std::optional<PostgresRows> PostgresConnection::collect() {
    while (PQisBusy(handle_) == 0) {
        Result next(PQgetResult(handle_), &PQclear);
        if (!next) {
            abandoned_ = false;
            if (failed_)
                fail(std::exchange(failed_, {nullptr, &PQclear}).get());
            return PostgresRows(last_.release());
        }
        const auto status = PQresultStatus(next.get());
        const bool good = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
        (good ? last_ : failed_) = std::move(next);
    }
    return std::nullopt;
}

PostgresRows PostgresConnection::finish(Deadline deadline) {
    std::optional<PostgresRows> result;
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
