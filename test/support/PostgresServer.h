#pragma once

#include "Process.h"
#include "TemporaryDirectory.h"

#include <memory>
#include <string>

namespace kubecred::test {

/// A PostgreSQL server of the test's own on 127.0.0.1, in a temporary folder. Every login is
/// trusted; the superuser is `postgres`. Runs as the user postgres where the test runs as root.
class PostgresServer {
public:
    /// Makes and starts it; returns once it answers.
    PostgresServer();
    ~PostgresServer();

    int port() const noexcept { return port_; }

    /// Makes an empty database with a name that no other has, and returns the name.
    std::string createDatabase();

    /// Runs SQL as the superuser and returns what it yields, a line a row, columns joined by `|`.
    std::string query(const std::string& database, const std::string& sql) const;

    void start();
    void stop();   ///< fast shutdown
    void kill();   ///< SIGKILL to the postmaster
    void freeze(); ///< SIGSTOP to every process of it
    void thaw();

private:
    std::string binary(const std::string& name) const;
    void signalAll(int number) const;
    bool answers() const;

    TemporaryDirectory directory_;
    std::string user_;
    int port_;
    int databases_ = 0;
    std::unique_ptr<Process> server_;
};

} // namespace kubecred::test
