#pragma once

#include "Process.h"
#include "TemporaryDirectory.h"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace kubecred::test {

/// How a server differs from the usual.
struct PostgresOptions {
    int primaryPort = 0;             ///< of the server that it is to follow; 0: it stands alone
    std::filesystem::path data = {}; ///< where its data directory is made; default: in its folder
    /// Beyond where it listens; by default few connections and little room, to start quickly.
    std::vector<std::string> settings = {"max_connections=60", "max_wal_size=64MB"};
};

/// A PostgreSQL server of the test's own on 127.0.0.1, in a temporary folder. Every login is
/// trusted; the superuser is `postgres`. Runs as the user postgres where the test runs as root.
class PostgresServer {
public:
    /// Makes and starts it; returns once it answers.
    explicit PostgresServer(PostgresOptions options = {});
    ~PostgresServer();

    int port() const noexcept { return port_; }

    /// Makes an empty database with a name that no other has, and returns the name.
    std::string createDatabase();

    /// Runs SQL as the superuser and returns what it yields, a line a row, columns joined by `|`.
    std::string query(const std::string& database, const std::string& sql) const;

    std::string log() const;

    void start();
    void stop();   ///< fast shutdown
    void kill();   ///< SIGKILL to the postmaster
    void freeze(); ///< SIGSTOP to every process of it
    void thaw();

    /// Lets every commit wait until a standby has it on disk too, and returns that standby, which
    /// follows already. It becomes the primary by `promote`.
    std::unique_ptr<PostgresServer> addStandby();
    void promote();

private:
    std::string binary(const std::string& name) const;
    void signalAll(int number) const;
    bool answers() const;
    void makeData(int primaryPort) const;
    std::filesystem::path emptyData() const;
    void run(const std::vector<std::string>& command) const;

    TemporaryDirectory directory_;
    const std::filesystem::path data_;
    const std::vector<std::string> settings_;
    std::string user_;
    int port_;
    int databases_ = 0;
    std::unique_ptr<Process> server_;
};

} // namespace kubecred::test
