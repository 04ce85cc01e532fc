#pragma once

#include "PostgresRows.h"
#include "kubecred/Clock.h"
#include "kubecred/Resolver.h"
#include "storage/DatabaseSettings.h"
#include "storage/Fault.h"

#include <Poco/Data/PostgreSQL/SessionHandle.h>

#include <libpq-fe.h>

#include <memory>
#include <optional>
#include <span>
#include <string>

namespace kubecred::storage {

/// A libpq connection that Poco opens and closes, and that is freed in every case: Poco frees one
/// only while it is up, so each that failed or was lost would keep its memory and its descriptor.
class PostgresHandle {
public:
    /// Throws StorageError where there is no connection to be had.
    explicit PostgresHandle(const std::string& connectionString);
    ~PostgresHandle();
    PostgresHandle(const PostgresHandle&) = delete;
    PostgresHandle& operator=(const PostgresHandle&) = delete;

    PGconn* get() noexcept { return poco_; }

private:
    // What Poco leaves is left to us, after Poco's handle is gone: so this stands before it.
    std::unique_ptr<PGconn, decltype(&PQfinish)> lost_{nullptr, &PQfinish};
    Poco::Data::PostgreSQL::SessionHandle poco_;
};

/// A connection to PostgreSQL that never keeps its user waiting beyond a deadline. Poco owns it;
/// statements run on its libpq handle, since Poco's own execution cannot be bounded in time and
/// does not survive a failure. Used by one thread at a time.
class PostgresConnection {
public:
    /// Connects: first a probe that can be given up, then Poco, which cannot, but gives up by
    /// itself after two seconds. Throws StorageError.
    PostgresConnection(const PostgresSettings& settings, const Resolver& resolver,
                       Deadline deadline);

    /// Runs SQL text, of several statements where there are no parameters. Throws StorageError.
    void script(const std::string& sql, Deadline deadline);
    PostgresRows query(const std::string& sql, std::span<const std::string> parameters,
                       Deadline deadline);

    void prepare(const char* name, const std::string& sql, Deadline deadline);
    PostgresRows run(const char* name, std::span<const std::string> parameters, Deadline deadline);

    /// As `run`, without waiting: sends what it can of the statement. `proceed` then sends the rest
    /// and returns what came of it, once that is complete; to be called whenever the socket is
    /// ready for one of the events, those of poll(2).
    void begin(const char* name, std::span<const std::string> parameters);
    std::optional<PostgresRows> proceed();
    int socket() const noexcept { return PQsocket(handle_); }
    short events() const noexcept;

    /// Waits for one of the events. Throws StorageError once the deadline has passed.
    void await(Deadline deadline) const;

    /// What the server keeps of a user's password: a SCRAM-SHA-256 verifier (RFC 5803).
    std::string passwordVerifier(const std::string& user, const std::string& password);

    /// False once the connection is lost, a deadline was missed, or the database refused a
    /// statement for a reason that a new connection may not meet: it must not be used any more.
    bool usable() const noexcept;

private:
    using Result = std::unique_ptr<PGresult, decltype(&PQclear)>;

    void began(int sent);
    void flush();
    std::optional<PostgresRows> collect();
    PostgresRows finish(Deadline deadline);
    [[noreturn]] void fail(const PGresult* result);

    PostgresHandle owner_;
    PGconn* handle_;         // of owner_
    bool abandoned_ = false; // a statement is under way, or its answer never came
    bool stale_ = false;     // what the connection has prepared or assumes may be out of date
    bool unsent_ = false;    // a part of the statement under way waits for room to be sent
    Result last_{nullptr, &PQclear};   // of the statements under way
    Result failed_{nullptr, &PQclear}; // as well
};

} // namespace kubecred::storage
